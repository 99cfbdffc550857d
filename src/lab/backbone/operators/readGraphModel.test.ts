import { expect, test } from "vitest";
import { Rng } from "../../../shared/rng";
import { createTfjsEngine } from "../../engine/tfjs/tfjsEngine";
import { randomTensor } from "../../engine/testing/networks";
import { cutGraph } from "../cutGraph";
import { weightedLayers } from "../graphShapes";
import type { Tensor } from "../layerGraph";
import type { OperatorModel } from "./modelFromOperators";
import { readGraphModel } from "./readGraphModel";

interface Node {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, unknown>>;
}

const rng = new Rng(5);
const base64 = (text: string) => Buffer.from(text).toString("base64");
const list = (...numbers: readonly number[]) => ({ list: { i: numbers.map(String) } });
const sliding = {
  strides: list(1, 1, 1, 1),
  dilations: list(1, 1, 1, 1),
  padding: { s: base64("SAME") },
  data_format: { s: base64("NHWC") },
};

function placeholder(name: string, ...sides: readonly number[]): Node {
  return {
    name,
    op: "Placeholder",
    attr: { shape: { shape: { dim: sides.map((size) => ({ size: String(size) })) } } },
  };
}

let said: string[];

function read(
  nodes: readonly Node[],
  constants: Readonly<Record<string, Tensor | readonly number[]>>,
  bytes?: number,
): Promise<OperatorModel> {
  const entries = Object.entries(constants);
  const weights = entries.map(([name, value]) =>
    // Padding is a matrix: a row for each axis.
    "data" in value
      ? { name, shape: value.shape, dtype: "float32" }
      : { name, shape: value.length === 8 ? [4, 2] : [value.length], dtype: "int32" },
  );
  const shard = Buffer.concat(
    entries.map(([, value]) => Buffer.from(("data" in value ? value.data : Int32Array.from(value)).buffer)),
  );
  said = [];
  const files = {
    origin: "a model",
    modelJson: () =>
      Promise.resolve({
        format: "graph-model",
        modelTopology: { node: [...nodes, ...entries.map(([name]) => ({ name, op: "Const" }))], versions: {} },
        weightsManifest: [{ paths: ["a.bin"], weights }],
      }),
    shard: () => Promise.resolve(shard.subarray(0, bytes)),
  };
  return readGraphModel(files, (sentence) => said.push(sentence));
}

const random = (...shape: readonly number[]) => randomTensor(rng, shape, 0.3);

test("operators of TensorFlow are layers, in whatever order the file has them", async () => {
  const { graph } = await read(
    [
      { name: "net/head/Softmax", op: "Softmax", input: ["net/head/MatMul"] },
      {
        name: "net/head/MatMul",
        op: "_FusedMatMul",
        input: ["net/Mean", "w3", "b3"],
        attr: { fused_ops: { list: { s: [base64("BiasAdd")] } }, num_args: { i: "1" } },
      },
      { name: "net/Mean", op: "Mean", input: ["net/add:0", "axes"], attr: { keep_dims: { b: false } } },
      { name: "net/add", op: "AddV2", input: ["net/relu", "net/norm"] },
      {
        name: "net/norm",
        op: "FusedBatchNormV3",
        input: ["net/conv2", "s", "o", "m", "v"],
        attr: { epsilon: { f: 0.001 }, is_training: { b: false } },
      },
      { name: "net/conv2", op: "DepthwiseConv2dNative", input: ["net/relu", "w2"], attr: sliding },
      { name: "net/relu", op: "Relu", input: ["net/bias"] },
      { name: "net/bias", op: "BiasAdd", input: ["net/conv1", "b1"] },
      { name: "net/conv1", op: "Conv2D", input: ["pad", "w1"], attr: { ...sliding, padding: { s: base64("VALID") } } },
      { name: "pad", op: "Pad", input: ["image", "pads"] },
      placeholder("image", -1, 6, 7, 3),
    ],
    {
      w1: random(3, 3, 3, 4),
      b1: random(4),
      w2: random(3, 3, 4, 1),
      s: random(4),
      o: random(4),
      m: random(4),
      v: { shape: [4], data: Float32Array.of(1, 2, 3, 4) },
      w3: random(4, 5),
      b3: random(5),
      axes: [1, 2],
      pads: [0, 0, 1, 1, 2, 0, 0, 0],
    },
  );
  expect(graph.layers.map(({ name, type }) => `${name} ${type}`)).toEqual([
    "pad ZeroPadding2D",
    "conv1 Conv2D",
    "relu Activation",
    "conv2 DepthwiseConv2D",
    "norm BatchNormalization",
    "add Add",
    "Mean GlobalAveragePooling2D",
    "MatMul Dense",
    "Softmax Activation",
  ]);
  expect(said).toEqual([]);
});

test("a bias goes into the layer before it only where nobody else reads that, under any name", async () => {
  const { graph } = await read(
    [
      placeholder("image", -1, 6, 7, 3),
      { name: "conv", op: "Conv2D", input: ["image", "w"], attr: sliding },
      { name: "same", op: "Identity", input: ["conv"] },
      { name: "bias", op: "BiasAdd", input: ["same", "b"] },
      { name: "sum", op: "AddV2", input: ["same", "bias"] },
    ],
    { w: random(3, 3, 3, 4), b: random(4) },
  );
  expect(graph.layers.map(({ name, type }) => `${name} ${type}`)).toEqual([
    "conv Conv2D",
    "bias DepthwiseConv2D",
    "sum Add",
  ]);
});

test("a factor and then a summand on the image are one layer", async () => {
  const { graph, weights } = await read(
    [
      placeholder("image", -1, 6, 7, 3),
      { name: "scaled", op: "Mul", input: ["two", "image"] },
      { name: "centred", op: "Sub", input: ["scaled", "one"] },
      { name: "conv", op: "Conv2D", input: ["centred", "w"], attr: sliding },
    ],
    {
      w: random(3, 3, 3, 4),
      two: { shape: [], data: Float32Array.of(2) },
      one: { shape: [], data: Float32Array.of(1) },
    },
  );
  expect(graph.layers.map(({ type }) => type)).toEqual(["DepthwiseConv2D", "Conv2D"]);
  expect([...weights.get("scaled/depthwise_kernel")!.data]).toEqual([2, 2, 2]);
  expect([...weights.get("scaled/bias")!.data]).toEqual([-1, -1, -1]);
});

const withAtan: readonly Node[] = [
  placeholder("image", -1, 6, 7, 3),
  { name: "conv1", op: "Conv2D", input: ["image", "w1"], attr: sliding },
  { name: "atan", op: "Atan", input: ["conv1"] },
  { name: "conv2", op: "Conv2D", input: ["atan", "w2"], attr: sliding },
  { name: "sum", op: "AddV2", input: ["conv1", "conv2"] },
  { name: "mean", op: "Mean", input: ["sum", "axes"] },
  { name: "head", op: "MatMul", input: ["mean", "w3"] },
];
const atanWeights = () => ({ w1: random(3, 3, 3, 4), w2: random(1, 1, 4, 4), w3: random(4, 5), axes: [1, 2] });

test("what no layer expresses runs in tfjs, and what is behind it trains", async () => {
  const { graph, weights } = await read(withAtan, atanWeights());
  expect(graph.layers.map(({ type }) => type)).toEqual([
    "TensorFlowOperators",
    "Unpack",
    "Unpack",
    "Conv2D",
    "Add",
    "GlobalAveragePooling2D",
    "Dense",
  ]);
  expect(said).toEqual([expect.stringContaining("Atan")]);
  const trainable = weightedLayers(graph)
    .slice(1)
    .map(({ name }) => name);
  const { trunk, tail } = cutGraph(graph, new Set(trainable));
  expect(tail.layers.map(({ type }) => type)).not.toContain("TensorFlowOperators");
  const engine = createTfjsEngine();
  const features = await engine.infer(trunk, weights, random(3, 6, 7, 3));
  expect(features.shape).toEqual([3, 2 * 6 * 7 * 4]);
});

test.each<[code: string, run: () => Promise<unknown>]>([
  ["backbone/several-inputs", () => read([...withAtan, placeholder("other", -1, 3)], atanWeights())],
  ["backbone/open-input-size", () => read([placeholder("image", -1, -1, 7, 3), ...withAtan.slice(1)], atanWeights())],
  ["backbone/truncated-shard", () => read(withAtan, atanWeights(), 100)],
])("%s", async (code, run) => {
  await expect(run()).rejects.toMatchObject({ code });
});
