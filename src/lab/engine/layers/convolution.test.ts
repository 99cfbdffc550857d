/** The ways to write a convolution give the same values and gradients; which one a layer takes depends on its size only. */
import { afterAll, describe, expect, test } from "vitest";
import { Rng } from "../../../shared/rng";
import { windowsOf, type WindowOptions } from "../../backbone/kinds/windows";
import { GraphBuilder } from "../onnx/graphBuilder";
import { Runtime } from "../runtime";
import { compileStep } from "../compileStep";
import { conv, dense, pool, relativeDistance, sequence } from "../testing/networks";
import { columnConvolution } from "./columnConvolution";
import type { ConvolutionOperands, ConvolutionPlace, TrainedConvolution } from "./convolution";
import { depthwisePlaneConvolution } from "./depthwiseConvolution";
import { planeConvolution } from "./planeConvolution";
import { toeplitzConvolution } from "./toeplitzConvolution";

const runtime = new Runtime(4);
afterAll(() => runtime.dispose());

const geometries: readonly (readonly [name: string, image: readonly [number, number], options: WindowOptions])[] = [
  ["3x3 same", [6, 5], { kernel: [3, 3], strides: [1, 1], padding: "same" }],
  ["3x3 valid", [6, 5], { kernel: [3, 3], strides: [1, 1], padding: "valid" }],
  ["3x3 same, stride 2", [6, 5], { kernel: [3, 3], strides: [2, 2], padding: "same" }],
  ["3x2 valid, stride 2 by 3", [8, 9], { kernel: [3, 2], strides: [2, 3], padding: "valid" }],
  ["1x1, stride 2", [6, 5], { kernel: [1, 1], strides: [2, 2], padding: "same" }],
  ["2x2 same", [4, 5], { kernel: [2, 2], strides: [1, 1], padding: "same" }],
  ["5x5 same on a smaller image", [3, 2], { kernel: [5, 5], strides: [1, 1], padding: "same" }],
  ["3x3 same, dilation 2", [6, 5], { kernel: [3, 3], strides: [1, 1], padding: "same", dilation: [2, 2] }],
  ["3x2 valid, dilation 2 by 3", [8, 9], { kernel: [3, 2], strides: [1, 1], padding: "valid", dilation: [2, 3] }],
  ["3x3 same, more than one block of columns", [4, 31], { kernel: [3, 3], strides: [1, 1], padding: "same" }],
];
const [batch, channels] = [3, 2];

type Form = (place: ConvolutionPlace, operands: ConvolutionOperands) => TrainedConvolution;

/** Output, gradient by the kernel, gradient by the input. */
async function computed(form: Form, image: readonly [number, number], options: WindowOptions, filters: number) {
  const layer = { type: "Flatten", name: "layer", inputs: [] } as const;
  const windows = windowsOf(layer, [...image, channels], options);
  const isDepthwise = form !== columnConvolution && form !== planeConvolution;
  const builder = new GraphBuilder();
  const shapes = {
    input: [channels, ...image, batch],
    kernel: [...options.kernel, channels, isDepthwise ? filters / channels : filters],
    bias: [filters],
    gradient: [filters, windows.outHeight, windows.outWidth, batch],
  };
  const place = { builder, batch, windows, channels };
  const input = builder.input("input", shapes.input);
  const kernel = builder.input("kernel", shapes.kernel);
  const convolution = form(place, { input, kernel, bias: builder.input("bias", shapes.bias) });
  const gradient = builder.input("gradient", shapes.gradient);
  builder.output("output", convolution.output);
  builder.output("kernel gradient", convolution.kernelGradient(gradient));
  builder.output("input gradient", convolution.inputGradient(gradient));
  const { Tensor, InferenceSession } = await runtime.ort();
  const session = await InferenceSession.create(builder.toBytes("convolution"));
  const rng = new Rng(3);
  const feeds = Object.entries(shapes).map(([name, shape]) => {
    const data = Float32Array.from({ length: shape.reduce((product, side) => product * side, 1) }, () => rng.normal());
    return [name, new Tensor(data, shape)] as const;
  });
  const outputs = await session.run(Object.fromEntries(feeds));
  await session.release();
  return outputs;
}

describe.each(geometries)("%s", (_, image, options) => {
  test.each([
    ["columns and planes", columnConvolution, planeConvolution, 5],
    ["whole maps and planes, depthwise", toeplitzConvolution, depthwisePlaneConvolution, channels],
    ["whole maps and planes, two filters a channel", toeplitzConvolution, depthwisePlaneConvolution, 2 * channels],
  ] as const)("%s", async (_, first, second, filters) => {
    const expected = await computed(first, image, options, filters);
    const found = await computed(second, image, options, filters);
    for (const name of ["output", "kernel gradient", "input gradient"]) {
      expect(found[name]!.dims, name).toEqual(expected[name]!.dims);
      const distance = relativeDistance(found[name]!.data as Float32Array, expected[name]!.data as Float32Array);
      expect(distance, name).toBeLessThan(1e-6);
    }
  });
});

test("the graph of large maps holds small tables, not one row number for each element", () => {
  const sliding = { kernelSize: [3, 3], strides: [1, 1], padding: "same", useBias: true, activation: "relu6" } as const;
  const graph = sequence(
    [224, 224, 3],
    [
      conv("first", { filters: 32, strides: [2, 2] }),
      { type: "DepthwiseConv2D", name: "depthwise", depthMultiplier: 1, ...sliding },
      pool("MaxPooling2D", 3, 2, "same"),
      conv("second", { filters: 64 }),
      { type: "GlobalAveragePooling2D", name: "average", keepDims: false },
      dense("head"),
    ],
  );
  const trainable = graph.layers.map(({ name }) => name);
  const model = compileStep(graph, { trainable, batch: 2, end: "gradient" });
  expect(model.length).toBeLessThan(4e6);
});
