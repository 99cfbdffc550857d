/** Rules for the many kinds of layers that read one value. */
import { onlyInput } from "../../backbone/kinds/shapeError";
import type { Shape } from "../../backbone/kinds/layerKind";
import type { Layer } from "../../backbone/layerGraph";
import type { Value } from "../onnx/graphBuilder";
import type { Gradients, InferGraph, LayerRules, TrainGraph } from "./layerRules";

export interface UnaryInferGraph extends InferGraph {
  readonly inputShape: Shape;
}

export interface UnaryTrainGraph extends TrainGraph {
  readonly inputShape: Shape;
  readonly needsInputGradient: boolean;
}

export interface UnaryTrainedLayer {
  readonly output: Value;
  readonly backward: (gradient: Value) => UnaryGradients;
}

export interface UnaryGradients {
  readonly weights?: NonNullable<Gradients["weights"]>;
  readonly input?: Value;
}

interface UnaryRules<Kind extends Layer> {
  infer(graph: UnaryInferGraph, layer: Kind, input: Value): Value;
  train(graph: UnaryTrainGraph, layer: Kind, input: Value): UnaryTrainedLayer;
}

export function unary<Kind extends Layer>(rules: UnaryRules<Kind>): LayerRules<Kind> {
  return {
    infer: (graph, layer, inputs) =>
      rules.infer({ ...graph, inputShape: onlyInput(layer, graph.inputShapes) }, layer, inputs[0]!),
    train(graph, layer, inputs) {
      const place = {
        ...graph,
        inputShape: onlyInput(layer, graph.inputShapes),
        needsInputGradient: graph.needsInputGradients[0]!,
      };
      const { output, backward } = rules.train(place, layer, inputs[0]!);
      return {
        output,
        backward(gradient) {
          const { weights, input } = backward(gradient);
          return { ...(weights && { weights }), inputs: [input] };
        },
      };
    },
  };
}
