/** Models that PyTorch's own exporters wrote (`scripts/recordOnnxModels.py`), held against the logits that PyTorch computes. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cutGraph, weightsOf } from "../cutGraph";
import { weightedLayers } from "../graphShapes";
import { graphHash, layerHash } from "../weightsHash";
import { createOnnxruntimeEngine } from "../../engine/onnxruntimeEngine";
import { exportOnnx } from "../../engine/exportOnnx";
import { runInference } from "../../engine/runInference";
import { Runtime } from "../../engine/runtime";
import { relativeDistance } from "../../engine/testing/networks";
import { GraftError } from "../../../shared/graftError";
import type { OperatorModel } from "./modelFromOperators";
import { readOnnxModel } from "./readOnnxModel";

const folder = join(import.meta.dirname, "__goldens__");
const runtime = new Runtime(8);
let image: Float32Array;
let logits: Readonly<Record<string, readonly number[]>>;
let said: string[];

beforeAll(async () => {
  const text = await readFile(join(folder, "onnxModels.json"), "utf8");
  const golden = JSON.parse(text) as { image: number[]; logits: Record<string, number[]> };
  image = Float32Array.from(golden.image);
  logits = golden.logits;
});
afterAll(() => runtime.dispose());

function read(name: string): Promise<OperatorModel> {
  said = [];
  const files = { origin: folder, read: (file: string) => readFile(join(folder, file)) };
  return readOnnxModel(files, `${name}.onnx`, (sentence) => said.push(sentence));
}

async function logitsOf({ graph, weights }: OperatorModel): Promise<Float32Array> {
  return (await runInference(runtime, graph, weights, { shape: [1, 16, 20, 3], data: image })).data;
}

test.each(["residual", "residual-batch-1", "residual-dynamo", "gated"])("%s is layers throughout", async (name) => {
  const model = await read(name);
  expect(model.graph.input.shape).toEqual([16, 20, 3]);
  expect(model.graph.layers.map(({ type }) => type)).not.toContain("OnnxOperators");
  expect(relativeDistance(await logitsOf(model), Float32Array.from(logits[name]!))).toBeLessThan(1e-5);
  expect(said).toEqual([]);
});

test("a normalisation at the head is one layer, as long as nothing else reads between its parts", async () => {
  const { graph, weights } = await read("gated");
  const [first, second] = graph.layers;
  expect([first!.type, second!.type]).toEqual(["DepthwiseConv2D", "Conv2D"]);
  const numbers = (name: string) => [...weights.get(`${first!.name}/${name}`)!.data].map((value) => value.toFixed(4));
  expect(numbers("depthwise_kernel")).toEqual([1 / 0.229, 1 / 0.224, 1 / 0.225].map((value) => value.toFixed(4)));
  expect(numbers("bias")).toEqual([-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225].map((value) => value.toFixed(4)));
});

test("what no layer expresses runs as it is at the beginning, what sorts the logits at the end falls away", async () => {
  const model = await read("unknown");
  const types = model.graph.layers.map(({ type }) => type);
  // Two values come out of it: the residual branch goes around.
  expect(types.slice(0, 3)).toEqual(["OnnxOperators", "Unpack", "Unpack"]);
  expect(weightedLayers(model.graph).map(({ type }) => type)).toEqual(["OnnxOperators", "Conv2D", "Dense"]);
  expect(said.length).toBe(2);
  expect(said[0]).toContain("TopK");
  expect(said[1]).toContain("Softplus");
  expect(said[1]).toContain("Resize");
  const order = [...(await logitsOf(model)).entries()].sort((a, b) => a[1] - b[1]).map(([i]) => i);
  expect(order).toEqual(logits.unknown);
});

test.each(["reshaped-batch-1", "unknown-batch-1"])("%s takes any number of images", async (name) => {
  const { graph, weights } = await read(name);
  expect(graph.layers[0]!.type).toBe("OnnxOperators");
  const data = new Float32Array(3 * image.length);
  for (let row = 0; row < 3; row++) data.set(image, row * image.length);
  const { data: rows } = await runInference(runtime, graph, weights, { shape: [3, 16, 20, 3], data });
  const one = await logitsOf({ graph, weights });
  expect(relativeDistance(rows, Float32Array.from([...one, ...one, ...one]))).toBeLessThan(1e-5);
  if (name === "reshaped-batch-1") expect(relativeDistance(one, Float32Array.from(logits[name]!))).toBeLessThan(1e-5);
});

test("operators that run as they are are hashed, to the bit, and exported in our file", async () => {
  const { graph, weights } = await read("unknown");
  const opaque = graph.layers[0]!;
  const [name, tensor] = [...weights].find(([weight]) => weight.startsWith(opaque.name))!;
  const data = tensor.data.slice();
  new Uint32Array(data.buffer)[0]! ^= 1;
  const changed = new Map(weights).set(name, { ...tensor, data });
  expect(layerHash(opaque, changed)).not.toBe(layerHash(opaque, weights));
  expect(graphHash(graph, changed)).not.toBe(graphHash(graph, weights));

  const session = await runtime.session("exported", () => exportOnnx(graph, weights));
  const { Tensor } = await runtime.ort();
  const { output } = await session.run({ [graph.input.name]: new Tensor("float32", image, [1, 16, 20, 3]) });
  expect(relativeDistance(Float32Array.from(output!.data as Float32Array), await logitsOf({ graph, weights }))).toBe(0);
});

test("layers behind the operators are trained on cached values, the operators themselves are refused by name", async () => {
  const { graph, weights } = await read("unknown");
  const engine = createOnnxruntimeEngine();
  try {
    const trainable = weightedLayers(graph)
      .slice(-2)
      .map(({ name }) => name);
    const { trunk, tail } = cutGraph(graph, new Set(trainable));
    const input = { shape: [2, 16, 20, 3], data: Float32Array.from([...image, ...image.map((value) => 1 - value)]) };
    const features = await engine.infer(trunk, weightsOf(trunk, weights), input);
    const request = {
      graph: tail,
      weights: weightsOf(tail, weights),
      trainable,
      train: { features, targets: Int32Array.of(0, 1) },
      epochs: 30,
      batchSize: 2,
      optimizer: { name: "adam" as const, learningRate: 0.02 },
      seed: 1,
    };
    const { epochs } = await engine.train(request);
    expect(epochs.at(-1)!.trainLoss).toBeLessThan(epochs[0]!.trainLoss / 2);
    const whole = {
      ...request,
      graph,
      weights,
      trainable: [graph.layers[0]!.name],
      train: { ...request.train, features: input },
    };
    const error: unknown = await engine.train(whole).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(GraftError);
    expect(error).toMatchObject({ code: "train/untrainable-operators" });
    expect((error as GraftError).found).toContain("Resize");
  } finally {
    await engine.dispose();
  }
});
