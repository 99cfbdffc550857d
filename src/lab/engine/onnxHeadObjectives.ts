import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import type { SolveHeadRequest } from "./engine";
import { type Evaluation, type Objective, penalised } from "./objective";
import { dataTypes, GraphBuilder, type ElementType } from "./onnx/graphBuilder";
import type { Runtime } from "./runtime";

type Precision = "float32" | "float64";
type Numbers = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

export interface HeadMemory {
  /** Up to this many numbers in the features, a transposed copy is kept: it makes the gradient twice as fast. */
  readonly transposedNumbers: number;
  /** Numbers in the features of one run, so that intermediate values stay small. In float64 the features are cast, too. */
  readonly blockNumbers: Readonly<Record<Precision, number>>;
}

/** At most 256 MB for the transposed copy; 64 MB and 16 MB at a time. */
const defaultMemory: HeadMemory = { transposedNumbers: 2 ** 26, blockNumbers: { float32: 2 ** 24, float64: 2 ** 21 } };

/**
 * The objective of a linear head as a graph in ONNX Runtime: first in float32, which is bound by reading the features, then
 * in float64 over the same features.
 */
export async function onnxHeadObjectives(
  runtime: Runtime,
  request: SolveHeadRequest,
  { transposedNumbers, blockNumbers }: HeadMemory = defaultMemory,
): Promise<readonly Objective[]> {
  const transposed = request.features.data.length <= transposedNumbers;
  return [
    await onnxHeadObjective(runtime, request, "float32", blockNumbers.float32, transposed),
    await onnxHeadObjective(runtime, request, "float64", blockNumbers.float64, false),
  ];
}

async function onnxHeadObjective(
  runtime: Runtime,
  request: SolveHeadRequest,
  precision: Precision,
  blockNumbers: number,
  transposed: boolean,
): Promise<Objective> {
  const { features, labels, classes, l2, labelSmoothing = 0 } = request;
  const [rows, width] = features.shape as [number, number];
  const { Tensor } = await runtime.ort();
  const create = (size: number): Numbers => (precision === "float32" ? new Float32Array(size) : new Float64Array(size));
  const tensor = (data: Numbers, shape: readonly number[]): OrtTensor =>
    new Tensor(precision, data as Float32Array, shape);
  const session = await runtime.session(`head loss ${precision} ${transposed}`, () => lossModel(precision, transposed));

  const blockRows = Math.min(rows, Math.max(1, Math.floor(blockNumbers / Math.max(width, classes))));
  const blocks: Record<string, OrtTensor>[] = [];
  const rowWeights = create(rows);
  for (let row = 0; row < rows; row++) rowWeights[row] = (request.sampleWeights?.[row] ?? 1) / rows;
  const elsewhere = labelSmoothing / classes;
  // One-hot labels, smoothed, by the weights of the rows; the memory of one block serves all.
  const targets = create(blockRows * classes);
  for (let from = 0; from < rows; from += blockRows) {
    const count = Math.min(blockRows, rows - from);
    const x = new Tensor("float32", features.data.subarray(from * width, (from + count) * width), [count, width]);
    blocks.push({
      features: x,
      targets: tensor(targets.subarray(0, count * classes), [count, classes]),
      rowWeights: tensor(rowWeights.subarray(from, from + count), [count, 1]),
      ...(transposed && { transposed: await transpose(runtime, x) }),
    });
  }

  const kernelSize = width * classes;
  const [kernel, bias, kernelGradient, biasGradient, loss] = [kernelSize, classes, kernelSize, classes, 1].map(
    create,
  ) as [Numbers, Numbers, Numbers, Numbers, Numbers];
  const weights = { kernel: tensor(kernel, [width, classes]), bias: tensor(bias, [classes]) };
  const outputs = {
    kernelGradient: tensor(kernelGradient, [width, classes]),
    biasGradient: tensor(biasGradient, [classes]),
    loss: tensor(loss, []),
  };

  async function evaluate(point: Float64Array): Promise<Evaluation> {
    kernel.set(point.subarray(0, kernelSize));
    bias.set(point.subarray(kernelSize));
    const gradient = new Float64Array(point.length);
    let total = 0;
    for (const [index, block] of blocks.entries()) {
      await runBlock(index * blockRows, block);
      for (let i = 0; i < kernelSize; i++) gradient[i]! += kernelGradient[i]!;
      for (let i = 0; i < classes; i++) gradient[kernelSize + i]! += biasGradient[i]!;
      total += loss[0]!;
    }
    return penalised(total, gradient, point, kernelSize, l2);
  }

  async function runBlock(from: number, block: Record<string, OrtTensor>): Promise<void> {
    const count = block.features!.dims[0]!;
    for (let i = 0; i < count; i++) {
      const weight = rowWeights[from + i]!;
      targets.fill(weight * elsewhere, i * classes, (i + 1) * classes);
      targets[i * classes + labels[from + i]!]! += weight * (1 - labelSmoothing);
    }
    await session.run({ ...block, ...weights }, outputs);
  }

  return { precision: precision === "float32" ? 3e-7 : 1e-15, evaluate };
}

/**
 * Weighted cross-entropy of `softmax(features · kernel + bias)` and its gradient, `featuresᵀ · (weight · softmax - targets)`.
 * Every size is only known when it runs, so that one session serves all heads.
 */
function lossModel(precision: Precision, transposed: boolean): Uint8Array {
  const type: ElementType = precision;
  const graph = new GraphBuilder();
  const features = graph.input("features", ["rows", "width"]);
  const kernel = graph.input("kernel", ["width", "classes"], type);
  const bias = graph.input("bias", ["classes"], type);
  const targets = graph.input("targets", ["rows", "classes"], type);
  const rowWeights = graph.input("rowWeights", ["rows", 1], type);
  const shape = ["rows", "classes"];
  const x =
    precision === "float32"
      ? features
      : graph.node("Cast", [features], ["rows", "width"], { to: dataTypes.float64 }, type);
  const logits = graph.node("Add", [graph.node("MatMul", [x, kernel], shape, {}, type), bias], shape, {}, type);
  const logProbabilities = graph.node("LogSoftmax", [logits], shape, { axis: -1 }, type);
  const losses = graph.node("Mul", [targets, logProbabilities], shape, {}, type);
  const sum = graph.node("ReduceSum", [losses, graph.longs([0, 1])], [], { keepdims: 0 }, type);
  const probabilities = graph.node("Exp", [logProbabilities], shape, {}, type);
  const weighted = graph.node("Mul", [probabilities, rowWeights], shape, {}, type);
  const errors = graph.node("Sub", [weighted, targets], shape, {}, type);
  const kernelShape = ["width", "classes"];
  graph.output(
    "kernelGradient",
    transposed
      ? graph.node("MatMul", [graph.input("transposed", ["width", "rows"]), errors], kernelShape, {}, type)
      : graph.node("Gemm", [x, errors], kernelShape, { transA: 1 }, type),
  );
  graph.output("biasGradient", graph.node("ReduceSum", [errors, graph.longs([0])], ["classes"], { keepdims: 0 }, type));
  graph.output("loss", graph.node("Neg", [sum], [], {}, type));
  return graph.toBytes("headLoss");
}

async function transpose(runtime: Runtime, x: OrtTensor): Promise<OrtTensor> {
  const session: InferenceSession = await runtime.session("head transpose", () => {
    const graph = new GraphBuilder();
    graph.output("output", graph.transpose(graph.input("input", ["rows", "width"]), [1, 0]));
    return graph.toBytes("transpose");
  });
  return (await session.run({ input: x })).output!;
}
