import { fromBinary } from "@bufbuild/protobuf";
import type { Layer, LayerOf } from "../../backbone/layerGraph";
import { GraftError } from "../../../shared/graftError";
import { type GraphProto, GraphProtoSchema } from "../onnx/onnx.gen";
import type { Value } from "../onnx/graphBuilder";
import { unary } from "./unary";
import { asRow, inferLayout } from "./valueLayout";

/** The operators themselves, spliced into the graph. */
export const onnxOperators = unary<LayerOf<"OnnxOperators">>({
  infer({ builder, weight, outputShape }, layer, input) {
    const { node, initializer } = graphOf(layer);
    const isImage = input.shape.length === 4;
    const given = isImage && !layer.channelsFirst ? builder.transpose(input, inferLayout.toKeras) : input;
    const own = new Map(layer.weights.map(({ name, value }) => [value, weight(name).name]));
    own.set(layer.inputValue, given.name);
    const nameHere = (name: string) => own.get(name) ?? `${layer.name}/${name}`;
    for (const tensor of initializer) builder.constant(tensor, nameHere(tensor.name));
    builder.splice(node, layer.opset, nameHere);
    const values = layer.outputs.map(({ value, shape, channelsFirst }): Value => {
      const [height, width, channels] = shape;
      const sides = channelsFirst ? [channels!, height!, width!] : shape;
      const made: Value = { name: nameHere(value), shape: [input.shape[0]!, ...sides], type: "float32" };
      return shape.length === 3 && !channelsFirst ? builder.transpose(made, inferLayout.fromKeras) : made;
    });
    if (values.length === 1) return values[0]!;
    const rows = values.map((value, i) => asRow(builder, inferLayout, layer.outputs[i]!.shape, value));
    return builder.node("Concat", rows, [input.shape[0]!, ...outputShape], { axis: 1 });
  },

  train(_, layer) {
    throw notTrained(layer);
  },
});

/** @throws GraftError `train/untrainable-operators` naming a layer that runs a model's operators as they are. */
export function requireNoOperators(layers: readonly Layer[]): void {
  const opaque = layers.find(({ type }) => type === "OnnxOperators" || type === "TensorFlowOperators");
  if (opaque) throw notTrained(opaque as Layer & LayerOf<"OnnxOperators" | "TensorFlowOperators">);
}

function notTrained({
  name,
  operators,
}: LayerOf<"OnnxOperators" | "TensorFlowOperators"> & { readonly name: string }): GraftError {
  return new GraftError({
    code: "train/untrainable-operators",
    expected: "layers that Graft has gradients of",
    found: `"${name}", the beginning of the model, which runs as it is because of ${operators.join(", ")}`,
    remedy: "Train fewer layers, those behind it",
  });
}

function graphOf({ graph }: LayerOf<"OnnxOperators">): GraphProto {
  return fromBinary(GraphProtoSchema, Buffer.from(graph, "base64"));
}
