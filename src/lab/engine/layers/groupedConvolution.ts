import type { GraphBuilder, Value } from "../onnx/graphBuilder";
import type { ConvolutionOperands, ConvolutionPlace, TrainedConvolution } from "./convolution";
import { denseConvolution } from "./denseConvolution";

/** Each group of filters over its own group of channels: as many convolutions beside each other. */
export function groupedConvolution(
  place: ConvolutionPlace,
  { input, kernel, bias }: ConvolutionOperands,
  groups: number,
): TrainedConvolution {
  if (groups === 1) return denseConvolution(place, { input, kernel, bias });
  const { builder, channels } = place;
  const inputs = parts(builder, input, 0, groups);
  const kernels = parts(builder, kernel, 3, groups);
  const biases = bias && parts(builder, bias, 0, groups);
  const convolutions = inputs.map((part, i) =>
    denseConvolution(
      { ...place, channels: channels / groups },
      { input: part, kernel: kernels[i]!, bias: biases?.[i] },
    ),
  );
  const joined = (values: readonly Value[], like: readonly Value["shape"][number][], axis: number) =>
    builder.node("Concat", values, like, { axis });
  const outputs = convolutions.map(({ output }) => output);
  const [, ...places] = outputs[0]!.shape;
  /** Both gradients begin with it. */
  const split = new Map<Value, readonly Value[]>();
  const gradients = (gradient: Value) => {
    const found = split.get(gradient) ?? parts(builder, gradient, 0, groups);
    split.set(gradient, found);
    return found;
  };
  return {
    output: joined(outputs, [kernel.shape[3]!, ...places], 0),
    kernelGradient: (gradient) =>
      joined(
        gradients(gradient).map((part, i) => convolutions[i]!.kernelGradient(part)),
        kernel.shape,
        3,
      ),
    inputGradient: (gradient) =>
      joined(
        gradients(gradient).map((part, i) => convolutions[i]!.inputGradient(part)),
        input.shape,
        0,
      ),
  };
}

/** Equal parts along an axis. */
function parts(builder: GraphBuilder, x: Value, axis: number, count: number): readonly Value[] {
  const size = Number(x.shape[axis]) / count;
  const shape = x.shape.map((side, i) => (i === axis ? size : side));
  const sizes = builder.longs(new Array<number>(count).fill(size));
  return builder.nodes("Split", [x, sizes], new Array<typeof shape>(count).fill(shape), { axis });
}
