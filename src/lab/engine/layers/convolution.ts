/** What the kinds of convolutions have in common in a training graph, where images are `[channels, height, width, batch]`. */
import type { Windows } from "../../backbone/kinds/windows";
import type { Activation } from "../../backbone/layerGraph";
import type { GraphBuilder, Value } from "../onnx/graphBuilder";
import { trainActivation } from "./activation";
import type { UnaryGradients, UnaryTrainedLayer, UnaryTrainGraph } from "./unary";

/** Where a convolution takes place, whatever layer it belongs to. */
export interface ConvolutionPlace {
  readonly builder: GraphBuilder;
  readonly batch: number;
  readonly windows: Windows;
  readonly channels: number;
  /** In which the pixels of the output lie; see `pixelOrder.ts`. Default row by row. */
  readonly order?: Int32Array | undefined;
}

export interface ConvolutionOperands {
  readonly input: Value;
  /** `[height, width, channels, filters]`; of a depthwise one `[height, width, channels, depthMultiplier]`. */
  readonly kernel: Value;
  /** `[filters]`. */
  readonly bias?: Value | undefined;
}

/** A convolution without its activation. The gradients come from `[filters, outHeight, outWidth, batch]`. */
export interface TrainedConvolution {
  /** `[filters, outHeight, outWidth, batch]`. */
  readonly output: Value;
  /** Shaped like the kernel. */
  readonly kernelGradient: (gradient: Value) => Value;
  /** `[channels, height, width, batch]`. */
  readonly inputGradient: (gradient: Value) => Value;
}

/** Puts the layer's activation and the gradient by its bias around its products. */
export function activatedConvolution(
  { builder, trainable }: UnaryTrainGraph,
  layer: { readonly activation: Activation; readonly useBias: boolean },
  output: Value,
  backward: (gradient: Value) => UnaryGradients,
): UnaryTrainedLayer {
  const activation = trainActivation(builder, layer.activation, output, 0);
  return {
    output: activation.output,
    backward(gradientOfOutput) {
      const gradient = activation.backward(gradientOfOutput);
      const { weights, input } = backward(gradient);
      const bias = trainable && layer.useBias && { bias: sumByFilter(builder, gradient) };
      return { ...(weights && { weights: { ...weights, ...bias } }), ...(input && { input }) };
    },
  };
}

function sumByFilter(builder: GraphBuilder, gradient: Value): Value {
  const [filters = 0, ...places] = gradient.shape as readonly number[];
  const matrix = builder.reshape(gradient, [filters, places.reduce((product, side) => product * side, 1)]);
  return builder.reduce("ReduceSum", matrix, [1], false);
}

/** `x` with one row more along `axis`, for what lies beyond the border. */
export function withConstant(builder: GraphBuilder, x: Value, axis: number, fill: number): Value {
  const sides = x.shape as readonly number[];
  const row = sides.map((side, i) => (i === axis ? 1 : side));
  const data = new Float32Array(row.reduce((product, side) => product * side, 1)).fill(fill);
  const shape = sides.map((side, i) => (i === axis ? side + 1 : side));
  return builder.node("Concat", [x, builder.floats(data, row)], shape, { axis });
}

/** Rows `rows` of `x` along `axis`. */
export function gathered(builder: GraphBuilder, x: Value, axis: number, rows: Int32Array): Value {
  const shape = x.shape.map((side, i) => (i === axis ? rows.length : side));
  return builder.node("Gather", [x, builder.ints(rows, [rows.length])], shape, { axis });
}
