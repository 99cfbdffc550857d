import { SMALLEST_LENGTH, SMALLEST_VOTE, TEMPERATURE } from "../../backbone/kinds/nearestNeighbors";
import type { Layer, LayerOf } from "../../backbone/layerGraph";
import { GraftError } from "../../../shared/graftError";
import type { Value } from "../onnx/graphBuilder";
import { slice } from "./slice";
import { unary } from "./unary";

/** One product with all examples, then votes: those that are as near as the last of the nearest all have one. */
export const nearestNeighbors = unary<LayerOf<"NearestNeighbors">>({
  infer({ builder, weight }, { neighbours, examples, classes }, input) {
    const batch = input.shape[0]!;
    const all = [batch, examples];
    const unit = unitRows(input);
    const similarities = builder.node("Gemm", [unit, weight("examples")], all, { transB: 1 });
    // The second output, the indices, is of another type and nobody reads it.
    const [nearest] = builder.nodes(
      "TopK",
      [similarities, builder.longs([neighbours])],
      [
        [batch, neighbours],
        [batch, neighbours],
      ],
      { axis: -1 },
    );
    const last = slice(builder, nearest!, 1, neighbours - 1, 1);
    const counts = builder.node("Cast", [builder.node("GreaterOrEqual", [similarities, last], all, {}, "bool")], all, {
      to: 1,
    });
    const behind = builder.binary("Sub", similarities, slice(builder, nearest!, 1, 0, 1));
    const votes = builder.node("Exp", [builder.binary("Div", behind, builder.scalar(TEMPERATURE))], all);
    const ofClasses = builder.node("MatMul", [builder.binary("Mul", votes, counts), oneHot()], [batch, classes]);
    const weighted = builder.binary("Mul", ofClasses, weight("class_weights"));
    return builder.node("Log", [builder.binary("Add", weighted, builder.scalar(SMALLEST_VOTE))], [batch, classes]);

    function unitRows(features: Value): Value {
      const centred = builder.binary("Sub", features, weight("centre"));
      const length = builder.node("ReduceL2", [centred, builder.longs([1])], [batch, 1], { keepdims: 1 });
      const atLeast = builder.node("Max", [length, builder.scalar(SMALLEST_LENGTH)], [batch, 1]);
      return builder.binary("Div", centred, atLeast);
    }

    function oneHot(): Value {
      const shape = [examples, classes];
      const classIndices = builder.floats(
        Float32Array.from({ length: classes }, (_, label) => label),
        [1, classes],
      );
      const labels = builder.reshape(weight("labels"), [examples, 1]);
      return builder.node("Cast", [builder.node("Equal", [labels, classIndices], shape, {}, "bool")], shape, { to: 1 });
    }
  },

  train(_, layer) {
    throw noGradients(layer);
  },
});

export function noGradients(layer: Layer): GraftError {
  return new GraftError({
    code: "engine/no-gradients",
    expected: "layers that gradients go through",
    found: `layer "${layer.name}" (${layer.type}), a look-up of the nearest examples`,
    remedy: "Train a network with another head, for example a Dense layer",
  });
}
