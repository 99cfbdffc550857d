/** MobileNetV2 as npm's `nsfwjs` carries it: weights that nobody here made, quantized to bytes, inside JavaScript modules. */
import * as tf from "@tensorflow/tfjs";
import { createRequire } from "node:module";
import { afterAll, beforeAll, expect, test } from "vitest";
import { relativeDistance } from "../engine/testing/networks";
import { runInference } from "../engine/runInference";
import { Runtime } from "../engine/runtime";
import { backbones } from "./backbones";
import { valueShapes, weightedLayers } from "./graphShapes";
import { readLayersModel } from "./layersModel";
import { folderFiles } from "./modelFiles";
import { npmPath } from "./npmPackage";

const address = "npm:nsfwjs/dist/models/mobilenet_v2";
const runtime = new Runtime(4);
beforeAll(() => tf.setBackend("cpu"));
afterAll(() => runtime.dispose());

test("the backbone ends where the classifier begins, and takes numbers from 0 to 1 as nsfwjs gives them", async () => {
  const backbone = await backbones.load(address);
  expect(backbone.inputShape).toEqual([224, 224, 3]);
  expect(backbone.featureShape).toEqual([1280]);
  expect(backbone.preprocessing).toEqual({ scale: 1 / 255, offset: 0 });
  // Keras' documentation: MobileNetV2 of width 1.0 without its top.
  expect(backbone.parameters).toBe(2_257_984);
  expect(weightedLayers(backbone.graph).length).toBe(52 + 52);
  expect(backbone.graph.layers.filter(({ type }) => type === "DepthwiseConv2D").length).toBe(17);
  const relu6 = backbone.graph.layers.filter((layer) => layer.type === "Activation" && layer.activation === "relu6");
  expect(relu6.length).toBe(35);
});

test("the whole model says what tfjs says that it says", async () => {
  const folder = await npmPath(address);
  const { graph, weights } = await readLayersModel(await folderFiles(folder));
  expect(valueShapes(graph).get(graph.output)).toEqual([5]);
  const image = Float32Array.from({ length: 224 * 224 * 3 }, (_, i) => (1 + Math.sin(i / 97) * Math.cos(i / 3001)) / 2);
  const ours = await runInference(runtime, graph, weights, { shape: [1, 224, 224, 3], data: image });

  const backbone = await backbones.load(address);
  const features = await runInference(runtime, backbone.graph, backbone.weights, {
    shape: [1, 224, 224, 3],
    data: image,
  });

  const model = await tf.loadLayersModel(tf.io.fromMemory(artifacts(folder)));
  // The features as well: what differs in 1280 numbers may not show behind a softmax.
  const both = tf.model({ inputs: model.inputs, outputs: [model.outputs[0]!, output(model, backbone.graph.output)] });
  const theirs = both.predict(tf.tensor4d(image, [1, 224, 224, 3])) as tf.Tensor[];
  const [probabilities, pooled] = theirs.map((tensor) => tensor.dataSync() as Float32Array);
  expect(probabilities!.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  expect(relativeDistance(ours.data, probabilities!)).toBeLessThan(1e-4);
  expect(relativeDistance(features.data, pooled!)).toBeLessThan(1e-4);
});

function output(model: tf.LayersModel, layer: string): tf.SymbolicTensor {
  return model.getLayer(layer).output as tf.SymbolicTensor;
}

/** The same modules, read in tfjs's own way. */
function artifacts(folder: string): tf.io.ModelArtifacts {
  const require = createRequire(import.meta.url);
  const modelJson = require(`${folder}/model.min.js`) as {
    modelTopology: object;
    weightsManifest: { weights: tf.io.WeightsManifestEntry[] }[];
  };
  const shard = require(`${folder}/group1-shard1of1.min.js`) as string;
  return {
    modelTopology: modelJson.modelTopology,
    weightSpecs: modelJson.weightsManifest.flatMap(({ weights }) => weights),
    weightData: Uint8Array.from(Buffer.from(shard, "base64")).buffer,
  };
}
