import type { LayerOf } from "../../backbone/layerGraph";
import type { Dimension, GraphBuilder, Value } from "../onnx/graphBuilder";
import type { LayerRules } from "./layerRules";

/** A product with a one-hot matrix, so that a place which is asked for twice adds up in its gradient without a race. */
export const gatherSteps: LayerRules<LayerOf<"GatherSteps">> = {
  infer: ({ builder }, _, [sequence, places]) => gather(builder, sequence!, places!).output,

  train({ builder, needsInputGradients }, _, [sequence, places]) {
    const { output, oneHot } = gather(builder, sequence!, places!);
    return {
      output,
      backward(gradient) {
        if (!needsInputGradients[0]) return {};
        const scattered = builder.node("MatMul", [builder.transpose(oneHot, [0, 2, 1]), gradient], sequence!.shape);
        return { inputs: [scattered, undefined] };
      },
    };
  },
};

function gather(builder: GraphBuilder, sequence: Value, places: Value): { output: Value; oneHot: Value } {
  const [batch, steps, width] = sequence.shape as [Dimension, number, number];
  const asked = places.shape[1] as number;
  const all = builder.floats(
    Float32Array.from({ length: steps }, (_, step) => step),
    [1, 1, steps],
  );
  const shape = [batch, asked, steps];
  const same = builder.node("Equal", [builder.reshape(places, [batch, asked, 1]), all], shape, {}, "bool");
  const oneHot = builder.node("Cast", [same], shape, { to: 1 });
  return { output: builder.node("MatMul", [oneHot, sequence], [batch, asked, width]), oneHot };
}
