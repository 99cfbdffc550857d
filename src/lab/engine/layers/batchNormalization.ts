import type { LayerOf } from "../../backbone/layerGraph";
import type { GraphBuilder, Value } from "../onnx/graphBuilder";
import { asRows, fromRows } from "./matrixRows";
import { unary, type UnaryTrainedLayer, type UnaryTrainGraph } from "./unary";

type BatchNormalization = LayerOf<"BatchNormalization">;

/**
 * A frozen batch norm is an affine map with its moving statistics, which stay as they are (Keras; tfjs normalises with the
 * batch and moves them all the same). A trained one normalises with the batch, its gradient goes through the batch's mean and
 * variance, and the moving statistics follow with Keras' momentum: `moving · momentum + batch · (1 - momentum)`, with the
 * biased variance, as Keras 3 and tfjs do.
 */
export const batchNormalization = unary<BatchNormalization>({
  infer(graph, layer, input) {
    const { builder } = graph;
    const operands = ["gamma", "beta", "moving_mean", "moving_variance"].map((name) => graph.weight(name));
    // ONNX looks for the channels on axis 1, where a sequence has its steps.
    const rows = input.shape.length === 3 ? asRows(builder, input) : input;
    const attributes = { epsilon: { float: layer.epsilon } };
    const output = builder.node("BatchNormalization", [rows, ...operands], rows.shape, attributes);
    return input.shape.length === 3 ? fromRows(builder, output, input) : output;
  },

  train: (graph, layer, input) => (graph.trainable ? trained(graph, layer, input) : frozen(graph, layer, input)),
});

function frozen(graph: UnaryTrainGraph, layer: BatchNormalization, input: Value): UnaryTrainedLayer {
  const { builder } = graph;
  const { asVector } = rowsOf(graph, input);
  const deviation = deviationOf(builder, graph.weight("moving_variance"), layer.epsilon);
  const scale = builder.binary("Div", graph.weight("gamma"), deviation);
  const shift = builder.binary("Sub", graph.weight("beta"), builder.binary("Mul", graph.weight("moving_mean"), scale));
  const scaled = builder.binary("Mul", input, builder.reshape(scale, asVector(4)));
  return {
    output: builder.binary("Add", scaled, builder.reshape(shift, asVector(4))),
    backward: (gradient) => ({ input: builder.binary("Mul", gradient, builder.reshape(scale, asVector(4))) }),
  };
}

function trained(graph: UnaryTrainGraph, layer: BatchNormalization, input: Value): UnaryTrainedLayer {
  const { builder } = graph;
  const { matrix, axis, asVector, channels } = rowsOf(graph, input);
  const x = builder.reshape(input, matrix);
  const mean = builder.reduce("ReduceMean", x, [axis], true);
  const centred = builder.binary("Sub", x, mean);
  const variance = builder.reduce("ReduceMean", builder.binary("Mul", centred, centred), [axis], true);
  const deviation = deviationOf(builder, variance, layer.epsilon);
  const beta = builder.reshape(graph.weight("beta"), asVector(2));
  const scale = builder.binary("Div", builder.reshape(graph.weight("gamma"), asVector(2)), deviation);
  const output = builder.binary("Add", builder.binary("Mul", centred, scale), beta);
  for (const [name, batchValue] of [
    ["moving_mean", mean],
    ["moving_variance", variance],
  ] as const) {
    const kept = builder.binary("Mul", graph.weight(name), builder.scalar(layer.momentum));
    const fresh = builder.binary("Mul", builder.reshape(batchValue, [channels]), builder.scalar(1 - layer.momentum));
    graph.update(name, builder.binary("Add", kept, fresh));
  }
  return {
    output: builder.reshape(output, input.shape),
    backward(gradientOfOutput) {
      const gradient = builder.reshape(gradientOfOutput, matrix);
      const product = builder.reduce("ReduceSum", builder.binary("Mul", gradient, centred), [axis], true);
      const weights = {
        gamma: builder.reshape(builder.binary("Div", product, deviation), [channels]),
        beta: builder.reduce("ReduceSum", gradient, [axis], false),
      };
      if (!graph.needsInputGradient) return { weights };
      // Ioffe & Szegedy 2015, section 3: γ/σ · (dy - mean(dy) - x̂ · mean(dy · x̂)), with x̂ = centred / σ.
      const rows = builder.scalar((x.shape as readonly number[])[axis]!);
      const meanGradient = builder.reshape(builder.binary("Div", weights.beta, rows), asVector(2));
      const squared = builder.binary("Mul", deviation, deviation);
      const meanProduct = builder.binary("Div", builder.binary("Div", product, rows), squared);
      const along = builder.binary("Mul", centred, meanProduct);
      const rest = builder.binary("Sub", builder.binary("Sub", gradient, meanGradient), along);
      const result = builder.binary("Mul", rest, scale);
      return { weights, input: builder.reshape(result, input.shape) };
    },
  };
}

function deviationOf(builder: GraphBuilder, variance: Value, epsilon: number): Value {
  const shifted = builder.binary("Add", variance, builder.scalar(epsilon));
  return builder.node("Sqrt", [shifted], shifted.shape);
}

/** The input as a matrix with the channels on one axis and everything that is averaged over on the other, `axis`. */
function rowsOf({ batch, inputShape }: UnaryTrainGraph, input: Value) {
  const channels = inputShape.at(-1)!;
  const isImage = input.shape.length === 4;
  const places = inputShape.slice(0, -1).reduce((product, size) => product * size, 1) * batch;
  return {
    channels,
    axis: isImage ? 1 : 0,
    matrix: isImage ? [channels, places] : [places, channels],
    /** Shape of a vector over channels that broadcasts to the matrix (2) or to the input as it is (4). */
    asVector: (rank: 2 | 4): readonly number[] => {
      if (!isImage) return [channels];
      return rank === 2 ? [channels, 1] : [channels, 1, 1, 1];
    },
  };
}
