/** TensorFlow leaves attributes out of a file that are as they are by default. These are the ones that are taken for something else when they are not there. */
import { create } from "@bufbuild/protobuf";
import { type AttrValue, AttrValueSchema } from "./tensorflow.gen";

const dilations = attribute({ case: "list", value: { i: [1n, 1n, 1n, 1n] } });
const format = attribute({ case: "s", value: Buffer.from("NHWC") });
const batchNorm = {
  epsilon: attribute({ case: "f", value: 1e-4 }),
  is_training: attribute({ case: "b", value: true }),
};

const defaults: Readonly<Record<string, Readonly<Record<string, AttrValue>>>> = {
  Conv2D: { dilations },
  Conv2DBackpropInput: { dilations },
  DepthwiseConv2dNative: { dilations },
  DepthToSpace: { data_format: format },
  FusedBatchNorm: batchNorm,
  FusedBatchNormV2: batchNorm,
  FusedBatchNormV3: batchNorm,
  OneHot: { axis: attribute({ case: "i", value: -1n }) },
};

export function withDefaults(
  op: string,
  attr: Readonly<Record<string, AttrValue>>,
): Readonly<Record<string, AttrValue>> {
  return { ...(Object.hasOwn(defaults, op) ? defaults[op] : {}), ...attr };
}

function attribute(
  value: Parameters<typeof create<typeof AttrValueSchema>>[1] extends infer Init
    ? Init extends { value?: infer Value }
      ? Value
      : never
    : never,
): AttrValue {
  return create(AttrValueSchema, { value });
}
