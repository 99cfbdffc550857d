import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Backbone } from "../backbone/backbone";
import { backbones } from "../backbone/backbones";
import type { Layer, LayerGraph, Tensor, Weights } from "../backbone/layerGraph";
import { Dataset } from "../data/dataset";
import { datasets } from "../data/datasets";
import { createOnnxruntimeEngine } from "../engine/onnxruntimeEngine";
import { InterruptedError } from "../../shared/graftError";
import { installLabHost, labHost, type ProgressUpdate } from "../../shared/labHost";
import { graftOn } from "../train/graft";
import { LabRuntime } from "../train/labRuntime";
import type { Model } from "../train/model";
import type { ExplainOptions, Explanation } from "./explain";

const engine = createOnnxruntimeEngine();
afterAll(() => engine.dispose());

const side = 8;
const classes = ["red", "green"];
const tensor = (shape: readonly number[], values: readonly number[]): Tensor => ({
  shape,
  data: Float32Array.from(values),
});

const conv = (name: string, input: string, filters: number): Layer => ({
  ...{ type: "Conv2D", name, inputs: [input], filters, kernelSize: [1, 1], strides: [1, 1] },
  ...{ padding: "same", useBias: false, activation: "linear" },
});

const pooled = { type: "GlobalAveragePooling2D", name: "pool", keepDims: false } as const;
const dense = (inputs: readonly string[]) =>
  ({ type: "Dense", name: "answer", inputs, units: 2, useBias: false, activation: "linear" }) as const;

/** Its output is a backbone's features, and the model's logits through a head that passes them on. */
function modelOf(graph: LayerGraph, weights: Weights): Model {
  const preprocessing = { scale: 1 / 255, offset: 0 };
  const backbone = new Backbone({ name: "hand-made", graph, weights, preprocessing });
  const model = graftOn(new LabRuntime(engine), backbone, { classes, checkpoints: false });
  (model.weights as Map<string, Tensor>).set("head/kernel", tensor([2, 2], [1, 0, 0, 1]));
  return model;
}

/** Two maps, red and green; each class has the mean of its map. */
function colours(): Model {
  const graph: LayerGraph = {
    input: { name: "image", shape: [side, side, 3] },
    layers: [conv("maps", "image", 2), { ...pooled, inputs: ["maps"] }],
    output: "pool",
  };
  return modelOf(graph, new Map([["maps/kernel", tensor([1, 1, 3, 2], [1, 0, 0, 1, 0, 0])]]));
}

/** Red counts in the corner at the top left alone, green nowhere. */
function corner(size = 2): Model {
  const graph: LayerGraph = {
    input: { name: "image", shape: [side, side, 3] },
    layers: [{ type: "Flatten", name: "flat", inputs: ["image"] }, dense(["flat"])],
    output: "answer",
  };
  const kernel = Array.from({ length: side * side * 3 * 2 }, (_, i) => {
    const [row, column, channel, unit] = [Math.floor(i / (side * 6)), Math.floor(i / 6) % side, (i >> 1) % 3, i % 2];
    return row < size && column < size && channel === 0 && unit === 0 ? 1 : 0;
  });
  return modelOf(graph, new Map([["answer/kernel", tensor([side * side * 3, 2], kernel)]]));
}

type Inside = (row: number, column: number) => boolean;
const topLeft: Inside = (row, column) => row < 3 && column < 3;
const bottomRight: Inside = (row, column) => row >= 5 && column >= 5;

/** Red at the top left, green at the bottom right. */
const image = Uint8Array.from({ length: side * side * 3 }, (_, i) => {
  const [row, column, channel] = [Math.floor(i / (side * 3)), Math.floor(i / 3) % side, i % 3];
  return (channel === 0 && topLeft(row, column)) || (channel === 1 && bottomRight(row, column)) ? 200 : 0;
});
const white = new Uint8Array(image.length).fill(255);
const dataset = Dataset.from({
  images: Uint8Array.from([...image, ...white]),
  imageShape: [side, side, 3],
  labels: [0, 1],
  classes,
});

const expected = (inside: Inside) =>
  Array.from({ length: side * side }, (_, i) => (inside(Math.floor(i / side), i % side) ? 1 : 0));
const rounded = ({ heat }: Explanation) => Array.from(heat.data, (value) => Math.round(1000 * value) / 1000);

describe("Grad-CAM", () => {
  it.each([
    ["red", topLeft],
    ["green", bottomRight],
  ] as const)("finds what speaks for %s", async (name, inside) => {
    const found = await colours().explain(dataset, { index: 0, class: name });
    expect(found).toMatchObject({ index: 0, method: "gradCam", layer: "maps", name, label: classes.indexOf(name) });
    expect(found.heat.shape).toEqual([side, side]);
    expect(rounded(found)).toEqual(expected(inside));
    expect(found.probability).toBeCloseTo(0.5, 3);
  });

  it("reads a layer inside a residual block, whose value crosses beside another", async () => {
    const graph: LayerGraph = {
      input: { name: "image", shape: [side, side, 3] },
      layers: [
        conv("shortcut", "image", 2),
        conv("inner", "image", 2),
        { type: "Add", name: "sum", inputs: ["shortcut", "inner"] },
        { ...pooled, inputs: ["sum"] },
      ],
      output: "pool",
    };
    const kernels: Weights = new Map([
      ["shortcut/kernel", tensor([1, 1, 3, 2], [9, 9, 9, 9, 0, 0])],
      ["inner/kernel", tensor([1, 1, 3, 2], [0, 0, 1, 0, 0, 0])], // Its red is green.
    ]);
    const model = modelOf(graph, kernels);
    const found = await model.explain(dataset, { index: 0, class: "red", layer: "inner" });
    expect(rounded(found)).toEqual(expected(bottomRight));
    expect((await model.explain(dataset, { index: 0, class: "red" })).layer).toBe("sum");
  });

  it("is cold where nothing speaks for the class", async () => {
    const model = colours();
    (model.weights as Map<string, Tensor>).set("head/kernel", tensor([2, 2], [-1, 0, -1, 1]));
    expect(rounded(await model.explain(dataset, { index: 0, class: "red" }))).toEqual(expected(() => false));
  });
});

describe("occlusion", () => {
  it("finds the corner that the network looks at, and nothing else", async () => {
    const found = await corner().explain(dataset, {
      index: 0,
      method: "occlusion",
      class: 0,
      patch: 2,
      stride: 2,
      fill: 0,
    });
    expect(rounded(found)).toEqual(expected((row, column) => row < 2 && column < 2));
    expect(found).not.toHaveProperty("layer");
  });

  it("covers every pixel with patches that do not come out even", async () => {
    const found = await corner(8).explain(dataset, {
      index: 1,
      method: "occlusion",
      class: 0,
      patch: 3,
      stride: 3,
      fill: 0,
    });
    expect(Math.min(...found.heat.data)).toBeGreaterThan(0.5);
  });

  it("hides with the image's own mean by default", async () => {
    const found = await corner().explain(dataset, { index: 1, method: "occlusion", class: 0 });
    expect(rounded(found)).toEqual(expected(() => false));
  });

  it("tells its progress and stops when it is interrupted", async () => {
    const host = labHost();
    const progress: ProgressUpdate[] = [];
    const interruptFlag = new Int32Array(new SharedArrayBuffer(4));
    installLabHost({ ...host, interruptFlag, progress: (update) => void progress.push(update) });
    try {
      await corner().explain(dataset, { indices: [0, 1], method: "occlusion" });
      expect(progress.at(-1)).toMatchObject({ title: "Explaining", fraction: 1 });
      Atomics.store(interruptFlag, 0, 1);
      await expect(corner().explain(dataset, { index: 0, method: "occlusion" })).rejects.toThrow(InterruptedError);
    } finally {
      installLabHost(host);
    }
  });
});

describe("bad input", () => {
  it.each<[string, string, number, ExplainOptions]>([
    ["an index behind the end", "explain/index", 2, {}],
    ["an index that is none", "explain/index", 0.5, {}],
    ["an unknown class", "explain/class", 0, { class: "blue" }],
    ["a class index behind the end", "explain/class", 0, { class: 2 }],
    ["an unknown method", "explain/method", 0, { method: "lime" as "gradCam" }],
    ["an unknown layer", "backbone/unknown-layer", 0, { layer: "conv9" }],
    ["a layer without maps", "explain/no-maps", 0, { layer: "pool" }],
    ["a patch larger than the image", "explain/patch", 0, { method: "occlusion", patch: 9 }],
    ["a stride that leaves pixels out", "explain/patch", 0, { method: "occlusion", patch: 2, stride: 3 }],
    ["a fill that is no byte", "explain/patch", 0, { method: "occlusion", fill: 256 }],
  ])("%s", async (_, code, index, options) => {
    await expect(colours().explain(dataset, { index, ...options })).rejects.toMatchObject({ code });
  });

  it("a network without convolutions: occlusion is the way", async () => {
    const explained = corner().explain(dataset, { index: 0 });
    await expect(explained).rejects.toMatchObject({ code: "explain/no-maps", remedy: /occlusion/ as unknown });
  });

  it("a head without gradients: occlusion is the way", async () => {
    const model = colours();
    await model.trainHead(dataset, { method: "nearest", neighbours: 1, plot: false });
    await expect(model.explain(dataset, { index: 0 })).rejects.toMatchObject({ code: "explain/no-gradients" });
    expect((await model.explain(dataset, { index: 0, method: "occlusion" })).name).toBe("red");
  });
});

describe("real digits", () => {
  let model: Model;
  let test: Dataset;
  beforeAll(async () => {
    const digits = await datasets.mnist();
    const train = digits.train.sample({ labels: 50 });
    test = digits.test.subset(0, 12);
    model = graftOn(new LabRuntime(engine), await backbones.load("fashion-cnn"), { classes: train.classes });
    await model.trainHead(train, { plot: false });
  }, 60_000);

  it.each(["gradCam", "occlusion"] as const)("%s is warmer on the strokes than beside them", async (method) => {
    const indices = Array.from(test.labels.keys());
    const pixels = indices.map((index) => Array.from(test.image(index)));
    const found = await model.explain(test, { indices, method });
    expect(indices.map((index) => Array.from(test.image(index)))).toEqual(pixels);
    const predicted = await model.predict(test);
    expect(found.map(({ label }) => label)).toEqual(predicted.map(({ label }) => label));
    expect(found[0]!.probability).toBeCloseTo(predicted[0]!.probability, 5);
    const [stroke, ground] = [true, false].map((wanted) => {
      const values = found.flatMap(({ heat, image }) =>
        Array.from(heat.data).filter((_, pixel) => image.data[pixel]! > 100 === wanted),
      );
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    }) as [number, number];
    expect(stroke).toBeGreaterThan((method === "gradCam" ? 1.3 : 2) * ground);
    for (const { heat } of found) expect(Math.max(...heat.data)).toBe(1);
  });
});
