import type { LayerOf } from "../../backbone/layerGraph";
import type { GraphBuilder, Value } from "../onnx/graphBuilder";
import { asRows, fromRows } from "./matrixRows";
import { unary } from "./unary";

type LayerNormalization = LayerOf<"LayerNormalization">;

/** Ba et al. 2016, over the channels of each pixel, step or example. */
export const layerNormalization = unary<LayerNormalization>({
  infer({ builder, inputShape, weight }, { epsilon }, input) {
    const isImage = inputShape.length === 3;
    const x = isImage ? builder.transpose(input, [0, 2, 3, 1]) : input;
    const operands = [x, weight("gamma"), weight("beta")];
    const output = builder.node("LayerNormalization", operands, x.shape, { axis: -1, epsilon: { float: epsilon } });
    return isImage ? builder.transpose(output, [0, 3, 1, 2]) : output;
  },

  train(graph, { epsilon }, input) {
    const { builder, inputShape, trainable, needsInputGradient } = graph;
    const channels = inputShape.at(-1)!;
    const isImage = inputShape.length === 3;
    const toRows = (value: Value) =>
      isImage ? builder.transpose(pixelColumns(builder, value), [1, 0]) : asRows(builder, value);
    const likeInput = (rows: Value) =>
      isImage ? builder.reshape(builder.transpose(rows, [1, 0]), input.shape) : fromRows(builder, rows, input);

    const x = toRows(input);
    const gamma = graph.weight("gamma");
    const column = [x.shape[0]!, 1];
    const [output, mean, inverseDeviation] = builder.nodes(
      "LayerNormalization",
      [x, gamma, graph.weight("beta")],
      [x.shape, column, column],
      { axis: -1, epsilon: { float: epsilon } },
    ) as readonly [Value, Value, Value];

    return {
      output: likeInput(output),
      backward(gradientOfOutput) {
        const gradient = toRows(gradientOfOutput);
        const normal = builder.binary("Mul", builder.binary("Sub", x, mean), inverseDeviation);
        const product = builder.binary("Mul", gradient, normal);
        const weights = trainable && {
          weights: {
            gamma: builder.reduce("ReduceSum", product, [0], false),
            beta: builder.reduce("ReduceSum", gradient, [0], false),
          },
        };
        if (!needsInputGradient) return { ...weights };
        // With g = dy · γ and x̂ = (x - mean) / σ: dx = (g - mean(g) - x̂ · mean(g · x̂)) / σ. The two means are products
        // with the vector γ / channels, which spares two passes over the rows.
        const share = builder.reshape(builder.binary("Div", gamma, builder.scalar(channels)), [channels, 1]);
        const meanGradient = builder.node("MatMul", [gradient, share], column);
        const meanProduct = builder.node("MatMul", [product, share], column);
        const along = builder.binary("Mul", normal, meanProduct);
        const scaled = builder.binary("Sub", builder.binary("Mul", gradient, gamma), meanGradient);
        const result = builder.binary("Mul", builder.binary("Sub", scaled, along), inverseDeviation);
        return { ...weights, input: likeInput(result) };
      },
    };
  },
});

/** `[channels, height, width, batch]` as `[channels, pixels · batch]`. */
function pixelColumns(builder: GraphBuilder, image: Value): Value {
  const [channels, ...places] = image.shape as readonly number[];
  return builder.reshape(image, [channels!, places.reduce((product, side) => product * side, 1)]);
}
