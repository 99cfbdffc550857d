/** SavedModels that TensorFlow wrote (`scripts/makeSavedModelFixtures.py`) predict what TensorFlow predicted from them. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { uncompilableLayer } from "../../../engine/layers/layerTable";
import { runInference } from "../../../engine/runInference";
import { Runtime } from "../../../engine/runtime";
import { relativeDistance } from "../../../engine/testing/networks";
import { createTfjsEngine } from "../../../engine/tfjs/tfjsEngine";
import { folderFiles } from "../../modelFiles";
import type { OperatorModel } from "../modelFromOperators";
import { readSavedModel } from "./readSavedModel";
import { predictions, unpackFixtures } from "./testing/fixtures";

const runtime = new Runtime();
let folder: string;
beforeAll(async () => {
  folder = await unpackFixtures(Object.keys(predictions));
});
afterAll(async () => {
  await runtime.dispose();
  await rm(folder, { recursive: true });
});

interface Read extends OperatorModel {
  readonly said: readonly string[];
}

const models = new Map<string, Promise<Read>>();
function read(name: string): Promise<Read> {
  const reading = async (): Promise<Read> => {
    const said: string[] = [];
    return { ...(await readSavedModel(await folderFiles(join(folder, name)), (text) => said.push(text))), said };
  };
  if (!models.has(name)) models.set(name, reading());
  return models.get(name)!;
}

test.each(Object.entries(predictions))("%s predicts as TensorFlow does", async (name, { input, output }) => {
  const { graph, weights } = await read(name);
  const given = { shape: input.shape, data: Float32Array.from(input.data) };
  const predicted = await (uncompilableLayer(graph) === undefined
    ? runInference(runtime, graph, weights, given)
    : createTfjsEngine().infer(graph, weights, given));
  expect(predicted.shape).toEqual(output.shape);
  expect(relativeDistance(predicted.data, output.data)).toBeLessThan(1e-5);
});

describe("operators are the layers that they were written from", () => {
  test.each<[name: string, layers: readonly string[]]>([
    [
      "residual",
      [
        "stem_1_convolution Conv2D",
        "norm_1 BatchNormalization",
        "re_lu_1_Relu Activation",
        "inner_1_convolution Conv2D",
        "unscaled_1 BatchNormalization",
        "Add Add",
        "activation_1_Relu Activation",
        "MaxPool2d MaxPooling2D",
        "flatten_1_Reshape Flatten",
        "hidden_1_MatMul Dense",
        "Tanh Activation",
        "uncentred_1 BatchNormalization",
        "logits_1_MatMul Dense",
        "Softmax Activation",
      ],
    ],
    [
      // A function that is called twice is there twice; of a branch the side that is taken.
      "module",
      [
        "StatefulPartitionedCall_Conv2D Conv2D",
        "StatefulPartitionedCall_FusedBatchNormV3 BatchNormalization",
        "StatefulPartitionedCall_LeakyRelu Activation",
        "StatefulPartitionedCall_1_Conv2D Conv2D",
        "StatefulPartitionedCall_1_FusedBatchNormV3 BatchNormalization",
        "StatefulPartitionedCall_1_LeakyRelu Activation",
        "Mean GlobalAveragePooling2D",
        "matmul Dense",
      ],
    ],
    [
      // The placeholder with a default is its default, a factor of one.
      "legacy",
      ["Conv2D Conv2D", "Relu6 Activation", "Mean GlobalAveragePooling2D", "MatMul Dense"],
    ],
  ])("%s", async (name, layers) => {
    const { graph, said } = await read(name);
    expect(graph.layers.map(({ name: own, type }) => `${own} ${type}`)).toEqual(layers);
    expect(said).toEqual([]);
  });
});

test("a batch norm that Keras wrote as arithmetic has the weights that Keras gave it", async () => {
  const { graph, weights } = await read("residual");
  expect(graph.layers.find(({ name }) => name === "unscaled_1")).toMatchObject({ epsilon: Math.fround(1e-2) });
  expect([...weights.get("unscaled_1/gamma")!.data]).toEqual([1, 1, 1, 1]);
  expect([...weights.get("uncentred_1/beta")!.data]).toEqual([0, 0, 0, 0, 0, 0]);
  const variance = [...weights.get("norm_1/moving_variance")!.data];
  expect(Math.min(...variance)).toBeGreaterThanOrEqual(0.5);
});

test("what no layer expresses runs as it is, a batch norm that lies before it included", async () => {
  const { graph, said } = await read("pieces");
  expect(graph.layers.map(({ type }) => type)).toEqual(["TensorFlowOperators", "GlobalAveragePooling2D", "Dense"]);
  expect(said).toEqual([expect.stringMatching(/Softplus.*Split/)]);
});
