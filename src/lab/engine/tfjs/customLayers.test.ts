/** A layer of a person's own: from the file of a tfjs model to fine-tuning, with the trunk frozen and thawed. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cutGraph, weightsOf } from "../../backbone/cutGraph";
import type { LayerOf, Weights } from "../../backbone/layerGraph";
import { type LayersModel, readLayersModel, writeLayersModel } from "../../backbone/layersModel";
import { combineEngines } from "../combinedEngine";
import { createOnnxruntimeEngine } from "../onnxruntimeEngine";
import { randomExamples, relativeDistance } from "../testing/networks";
import { tfjsBackends } from "../testing/tfjsBackends";
import { createTfjsEngine } from "./tfjsEngine";

/** Scales each channel and counts how often it was trained: a trained weight, a statistic, a setting, a training mode. */
class ChannelScale extends tf.layers.Layer {
  static readonly className = "ChannelScale";
  readonly #start: number;
  #scale!: tf.LayerVariable;
  #calls!: tf.LayerVariable;

  constructor(config: { name?: string; startValue: number }) {
    super(config);
    this.#start = config.startValue;
  }

  override build(shape: tf.Shape): void {
    const constant = tf.initializers.constant({ value: this.#start });
    this.#scale = this.addWeight("scale", [shape.at(-1)!], "float32", constant);
    this.#calls = this.addWeight("calls", [1], "float32", tf.initializers.zeros(), undefined, false);
    super.build(shape);
  }

  override computeOutputShape(shape: tf.Shape): tf.Shape {
    return shape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], { training }: { training?: boolean }): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    if (training) this.#calls.write(tf.add(this.#calls.read(), 1));
    return tf.mul(x, this.#scale.read());
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), startValue: this.#start };
  }
}
tf.serialization.registerClass(ChannelScale);

const { backends } = await tfjsBackends();
let folder = "";
let model: LayersModel;
let original: tf.Sequential;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-custom-"));
  original = tf.sequential({
    layers: [
      tf.layers.conv2d({ name: "conv", filters: 3, kernelSize: 3, activation: "relu", inputShape: [5, 5, 2] }),
      new ChannelScale({ name: "scale", startValue: 1.5 }),
      tf.layers.batchNormalization({ name: "bn" }),
      tf.layers.globalAveragePooling2d({ name: "pool" }),
      tf.layers.dense({ name: "head", units: 3 }),
    ],
  });
  await original.save(
    tf.io.withSaveHandler(async (artifacts) => {
      const manifest = [{ paths: ["weights.bin"], weights: artifacts.weightSpecs }];
      await writeFile(join(folder, "weights.bin"), Buffer.from(artifacts.weightData as ArrayBuffer));
      const json = { modelTopology: artifacts.modelTopology, weightsManifest: manifest };
      await writeFile(join(folder, "model.json"), JSON.stringify(json));
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" as const } };
    }),
  );
  model = await readLayersModel(folder);
});
afterAll(() => rm(folder, { recursive: true }));

test("is read from a model's file: class, settings, shape and weights", () => {
  expect(model.graph.layers.find(({ name }) => name === "scale")).toEqual({
    type: "Custom",
    name: "scale",
    inputs: ["conv"],
    className: "ChannelScale",
    config: { start_value: 1.5 },
    outputShape: [3, 3, 3],
    weights: [
      { name: "scale", shape: [3], trainable: true },
      { name: "calls", shape: [1], trainable: false },
    ],
  } satisfies LayerOf<"Custom">);
  expect([...model.weights.get("scale/scale")!.data]).toEqual([1.5, 1.5, 1.5]);
});

test("is written so that tfjs reads it", async () => {
  const copy = join(folder, "copy");
  await writeLayersModel(copy, "copy", model);
  expect(await readLayersModel(copy)).toEqual(model);
});

test("goes to tfjs with a sentence that names it", async () => {
  const said: string[] = [];
  const compiled = createOnnxruntimeEngine();
  const engine = combineEngines(compiled, createTfjsEngine({ tf, backend: "cpu" }), (text) => void said.push(text));
  const { features } = randomExamples(model.graph, 2, 3, 1);
  await engine.infer(model.graph, model.weights, features);
  expect(said).toEqual([
    `Layer "scale" (ChannelScale) does not compile to ONNX: what it computes runs on tfjs ${tf.version.tfjs} (cpu), more slowly.`,
  ]);
  await engine.dispose();
});

test("of a class that nobody registered is refused by its name, in a file and in a graph", async () => {
  const graph = {
    ...model.graph,
    layers: model.graph.layers.map((layer) => (layer.type === "Custom" ? { ...layer, className: "Nobody" } : layer)),
  };
  const copy = join(folder, "nobody");
  await writeLayersModel(copy, "nobody", { graph, weights: model.weights });
  await expect(readLayersModel(copy)).rejects.toMatchObject({
    code: "backbone/unsupported-layer",
    found: 'Nobody "scale"',
  });
  const { features } = randomExamples(graph, 2, 3, 1);
  const inferring = createTfjsEngine({ tf, backend: "cpu" }).infer(graph, model.weights, features);
  await expect(inferring).rejects.toMatchObject({ code: "engine/unregistered-layer" });
});

function bits(weights: Weights, layer: string): unknown {
  const own = [...weights].filter(([name]) => name.startsWith(`${layer}/`));
  return own.map(([name, { data }]) => [name, [...new Int32Array(data.slice().buffer)]]);
}

describe.each(backends)("on %s", (backend) => {
  const engine = createTfjsEngine({ tf, backend });

  test("infers what tfjs itself does", async () => {
    const { features } = randomExamples(model.graph, 4, 3, 1);
    const { data } = await engine.infer(model.graph, model.weights, features);
    const expected = original.predict(tf.tensor(features.data, [...features.shape])) as tf.Tensor;
    expect(relativeDistance(data, expected.dataSync())).toBeLessThan(1e-5);
  });

  test("is fine-tuned in the tail behind a frozen trunk; frozen to the bit, thawed it moves", async () => {
    const { trunk, tail } = cutGraph(model.graph, new Set(["bn", "head"]));
    expect(trunk.layers.map(({ name }) => name)).toEqual(["conv", "scale"]);
    const { features: images, labels } = randomExamples(model.graph, 10, 3, 2);
    const tensors = tf.memory().numTensors;
    const features = await engine.infer(trunk, weightsOf(trunk, model.weights), images);
    const fineTuned = (graph: typeof tail, from: typeof images, trainable: readonly string[]) =>
      engine.train({
        graph,
        weights: weightsOf(graph, model.weights),
        trainable,
        train: { features: from, targets: labels },
        epochs: 15,
        batchSize: 4,
        optimizer: { name: "adam", learningRate: 0.02 },
        seed: 1,
      });
    const cached = await fineTuned(tail, features, ["bn", "head"]);
    expect(cached.epochs.at(-1)!.trainLoss).toBeLessThan(cached.epochs[0]!.trainLoss);

    // The cut does not matter: with everything in the tail, but frozen, the same comes out.
    const whole = await fineTuned(model.graph, images, ["bn", "head"]);
    expect(bits(whole.weights, "scale")).toEqual(bits(model.weights, "scale"));
    expect(bits(whole.weights, "conv")).toEqual(bits(model.weights, "conv"));
    for (const [key, { data }] of cached.weights) {
      expect(relativeDistance(whole.weights.get(key)!.data, data), key).toBeLessThan(1e-3);
    }

    const thawed = await fineTuned(model.graph, images, ["scale", "bn", "head"]);
    expect(bits(thawed.weights, "conv")).toEqual(bits(model.weights, "conv"));
    expect(bits(thawed.weights, "bn")).not.toEqual(bits(model.weights, "bn"));
    expect(relativeDistance(thawed.weights.get("scale/scale")!.data, Float32Array.of(1.5, 1.5, 1.5))).toBeGreaterThan(
      1e-3,
    );
    // Its statistic counts steps: 15 epochs of 3 batches, each called in training mode.
    expect([...thawed.weights.get("scale/calls")!.data]).toEqual([45]);
    expect(tf.memory().numTensors).toBe(tensors);
  });
});
