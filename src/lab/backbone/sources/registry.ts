/**
 * Known public backbones. Each was fetched and run before it was written down, and `npm run check:registry` does so again. npm is the
 * source: its tarballs never change, and their checksum is known beforehand.
 */
import type { BackboneCard } from "../card";

export interface RegistryEntry {
  /** As `backbones.load` takes it. */
  readonly address: string;
  /** Checksum of the package's tarball. */
  readonly integrity: string;
  readonly card: BackboneCard;
}

const nsfwjs = {
  integrity: "sha512-krC1fgeTLXtZwgdpKJ0jm7hqv0gTSRQQRL+FhOaxaJ9Wj92t42BO3csO2odwgTAgZgf2RvkwPtp0R8Aa7dc+MA==",
  source: "https://www.npmjs.com/package/nsfwjs/v/4.4.0",
  licence: "MIT, Copyright 2019 Infinite Red, Inc.",
  classes: ["Drawing", "Hentai", "Neutral", "Porn", "Sexy"],
  data: {
    name: "ImageNet, then photographs and drawings collected to tell apart what is not safe for work",
    source: "https://github.com/GantMan/nsfw_model",
  },
};

export const registry: readonly RegistryEntry[] = [
  {
    address: "npm:nsfwjs@4.4.0/dist/models/mobilenet_v2",
    integrity: nsfwjs.integrity,
    card: {
      name: "mobilenet-v2",
      description:
        "MobileNetV2 of width 1.0 (Sandler et al. 2018, arXiv:1801.04381), quantized to bytes: photographs of 224 x 224 pixels to 1280 features.",
      data: nsfwjs.data,
      classes: nsfwjs.classes,
      featureLayer: "flatten_1",
      preprocessing: { scale: 1 / 255, offset: 0, fit: { mode: "squash" } },
      inputShape: [224, 224, 3],
      licence: nsfwjs.licence,
      source: nsfwjs.source,
      sha256: {
        "group1-shard1of1.min.js": "ef2e0a63f7d2c4960b37b024b669313f65d3c45cd59e9042636c55b39de53517",
        "model.min.js": "c32f104fd562b08cdff5ed69dfe1209643afa47e792fb12751d2949aa61a397a",
      },
      golden: [0.0416308, 0.0386878, 0.0440938, 0.0529758, 0.0598134, 0.0488347, 0.0907078, 0.114521],
    },
  },
  {
    address: "npm:nsfwjs@4.4.0/dist/models/mobilenet_v2_mid",
    integrity: nsfwjs.integrity,
    card: {
      name: "mobilenet-v2-1.4",
      description:
        "MobileNetV2 of width 1.4 (Sandler et al. 2018, arXiv:1801.04381), a GraphModel quantized to bytes: photographs of 224 x 224 pixels to 1792 features.",
      data: nsfwjs.data,
      classes: nsfwjs.classes,
      featureLayer: "SpatialSqueeze",
      preprocessing: { scale: 1 / 255, offset: 0, fit: { mode: "squash" } },
      inputShape: [224, 224, 3],
      licence: nsfwjs.licence,
      source: nsfwjs.source,
      sha256: {
        "group1-shard1of2.min.js": "f2e79a209e44d668220ec5f1533a98f2be954e3953685bf074d201b82fefc29a",
        "group1-shard2of2.min.js": "f291df992a0131741372506a6072fb9f1645bff7c973c983fd6276f5f9625d5e",
        "model.min.js": "a7a9e701491e2449b221dab7c424957f853e700602b5575da33cfd745616f964",
      },
      golden: [0.251656, 0.191101, 0.248545, 0.185266, 0.197684, 0.187267, 0.181649, 0.2459],
    },
  },
];
