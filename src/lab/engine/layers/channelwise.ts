/** Layers that are a factor and a summand for each channel, fixed before anything is trained. */
import { SMALLEST_DEVIATION } from "../../backbone/kinds/features";
import type { LayerOf, PerChannel } from "../../backbone/layerGraph";
import type { GraphBuilder, Value } from "../onnx/graphBuilder";
import type { InferGraph } from "./layerRules";
import { unary } from "./unary";

export const rescaling = unary<LayerOf<"Rescaling">>({
  infer: ({ builder }, layer, input) => rescaled(builder, layer, input, 1),
  train: ({ builder }, layer, input) => ({
    output: rescaled(builder, layer, input, 0),
    backward: (gradient) => ({ input: builder.binary("Mul", gradient, perChannel(builder, layer.scale, input, 0)) }),
  }),
});

export const normalization = unary<LayerOf<"Normalization">>({
  infer(graph, _, input) {
    const { mean, deviation } = statistics(graph, input, 1);
    return graph.builder.binary("Div", graph.builder.binary("Sub", input, mean), deviation);
  },
  train(graph, _, input) {
    const { mean, deviation } = statistics(graph, input, 0);
    return {
      output: graph.builder.binary("Div", graph.builder.binary("Sub", input, mean), deviation),
      backward: (gradient) => ({ input: graph.builder.binary("Div", gradient, deviation) }),
    };
  },
});

function rescaled(
  builder: GraphBuilder,
  { scale, offset }: LayerOf<"Rescaling">,
  input: Value,
  imageAxis: number,
): Value {
  const scaled = builder.binary("Mul", input, perChannel(builder, scale, input, imageAxis));
  return offset === 0 ? scaled : builder.binary("Add", scaled, perChannel(builder, offset, input, imageAxis));
}

function perChannel(builder: GraphBuilder, values: PerChannel, input: Value, imageAxis: number): Value {
  if (typeof values === "number") return builder.scalar(values);
  return builder.floats(Float32Array.from(values), besideChannels(values.length, input, imageAxis));
}

function statistics({ builder, weight }: InferGraph, input: Value, imageAxis: number) {
  const beside = (vector: Value) =>
    builder.reshape(vector, besideChannels(vector.shape[0] as number, input, imageAxis));
  const variance = weight("variance");
  const root = builder.node("Sqrt", [variance], variance.shape);
  return {
    mean: beside(weight("mean")),
    deviation: beside(builder.node("Max", [root, builder.scalar(SMALLEST_DEVIATION)], root.shape)),
  };
}

/** Shape of a vector over channels that broadcasts to the input. @param imageAxis Where images have their channels. */
function besideChannels(channels: number, input: Value, imageAxis: number): readonly number[] {
  if (input.shape.length !== 4) return [channels];
  return [channels, ...new Array<number>(3 - imageAxis).fill(1)];
}
