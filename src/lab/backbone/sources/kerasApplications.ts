/**
 * Keras Applications without their classifiers. Addresses and checksums (MD5) are those in the source of Keras, as
 * `scripts/makeKerasTopologies.py` prints them; nobody here has fetched the files. MobileNet 1 and 2 are not among them: Keras has no checksum of theirs.
 */
import { meanAndStd } from "../meanAndStd";
import type { Preprocessing } from "../preprocessing";
import { integrityFromHex } from "./integrity";
import { listedCard, type RegistryEntry } from "./registryEntry";

const storage = "https://storage.googleapis.com";

/** The modes of Keras' `preprocess_input`. Images as it evaluates them: the shorter side a little larger than the crop. */
const preprocessings = {
  caffe: { scale: 1, offset: [-103.939, -116.779, -123.68], channelOrder: "bgr" },
  tf: { scale: 1 / 127.5, offset: -1 },
  torch: meanAndStd([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
  /** The first layers of the model do it. */
  none: { scale: 1, offset: 0 },
} satisfies Record<string, Preprocessing>;

interface Application {
  readonly name: string;
  readonly path: string;
  readonly md5: string;
  readonly mode: keyof typeof preprocessings;
  /** Default: as Keras names it where it names it. */
  readonly featureLayer?: string;
  readonly shorterSide?: number;
}

const applications: readonly Application[] = [
  {
    name: "mobilenet-v3-small",
    path: "tensorflow/keras-applications/mobilenet_v3/weights_mobilenet_v3_small_224_1.0_float_no_top_v2.h5",
    md5: "d3e8ec802a04aa4fc771ee12a9a9b836",
    mode: "none",
  },
  {
    name: "mobilenet-v3-large",
    path: "tensorflow/keras-applications/mobilenet_v3/weights_mobilenet_v3_large_224_1.0_float_no_top_v2.h5",
    md5: "07fb09a5933dd0c8eaafa16978110389",
    mode: "none",
  },
  {
    name: "efficientnet-b0",
    path: "keras-applications/efficientnetb0_notop.h5",
    md5: "50bc09e76180e00e4465e1a485ddc09d",
    mode: "none",
  },
  {
    name: "efficientnet-v2-b0",
    path: "tensorflow/keras-applications/efficientnet_v2/efficientnetv2-b0_notop.h5",
    md5: "893217f2bb855e2983157299931e43ff",
    mode: "none",
  },
  {
    name: "densenet121",
    path: "tensorflow/keras-applications/densenet/densenet121_weights_tf_dim_ordering_tf_kernels_notop.h5",
    md5: "30ee3e1110167f948a6b9946edeeb738",
    mode: "torch",
  },
  {
    name: "resnet50",
    path: "tensorflow/keras-applications/resnet/resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5",
    md5: "4d473c1dd8becc155b73f8504c6f6626",
    mode: "caffe",
  },
  {
    name: "resnet50-v2",
    path: "tensorflow/keras-applications/resnet/resnet50v2_weights_tf_dim_ordering_tf_kernels_notop.h5",
    md5: "fac2f116257151a9d068a22e544a4917",
    mode: "tf",
  },
  {
    name: "xception",
    path: "tensorflow/keras-applications/xception/xception_weights_tf_dim_ordering_tf_kernels_notop.h5",
    md5: "b0042744bf5b25fce3cb969f33bebb97",
    mode: "tf",
    featureLayer: "global_average_pooling2d",
    shorterSide: 341,
  },
  {
    name: "vgg16",
    path: "tensorflow/keras-applications/vgg16/vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5",
    md5: "6d6bbae143d832006294945121d1f1fc",
    mode: "caffe",
    featureLayer: "global_average_pooling2d",
  },
];

export const kerasApplications: readonly RegistryEntry[] = applications.map(
  ({ name, path, md5, mode, featureLayer = "avg_pool", shorterSide = 256 }) => ({
    address: `${storage}/${path}`,
    integrity: integrityFromHex("md5", md5),
    topology: name,
    card: listedCard(name, {
      data: {
        name: "ImageNet-1k (ILSVRC 2012)",
        examples: 1_281_167,
        source: "https://www.image-net.org/challenges/LSVRC/2012/",
      },
      classes: [],
      featureLayer,
      preprocessing: { ...preprocessings[mode], fit: { mode: "centerCrop", shorterSide } },
      sha256: {},
    }),
  }),
);
