import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { backbones } from "./backbones";
import { initialWeights } from "./initialWeights";
import type { LayerGraph } from "./layerGraph";
import { writeLayersModel } from "./layersModel";

const graph: LayerGraph = {
  input: { name: "pixels", shape: [3] },
  layers: [{ type: "Dense", name: "d", inputs: ["pixels"], units: 2, useBias: true, activation: "relu" }],
  output: "d",
};
const options = { featureLayer: "d" };
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-format-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("a folder's model.json is the model, whatever lies beside it; a file can be named itself", async () => {
  await writeLayersModel(folder, "sample", { graph, weights: initialWeights(graph, 1) });
  await writeFile(join(folder, "package.json"), "{}");
  await writeFile(join(folder, "other.onnx"), "");
  for (const address of [folder, `${folder}/model.json`]) {
    expect((await backbones.load(address, options)).graph).toEqual(graph);
  }
});

test.each([
  [[], "an empty folder"],
  [["package.json", "readme.md"], "package.json, readme.md"],
  [["model.tflite"], "model.tflite"],
])("a folder of %o holds none that can be read, and all formats are named", async (names, found) => {
  for (const name of names) await writeFile(join(folder, name), "{}");
  await expect(backbones.load(folder)).rejects.toMatchObject({
    code: "backbone/unknown-format",
    expected: expect.stringMatching(/LayersModel or GraphModel.*\.keras.*\.h5.*\.onnx/) as string,
    found,
  });
});

test("of several the person says which", async () => {
  for (const name of ["a.onnx", "b.onnx"]) await writeFile(join(folder, name), "");
  await expect(backbones.load(folder)).rejects.toMatchObject({
    code: "backbone/several-models",
    found: "a.onnx, b.onnx",
    remedy: `Name the file, e.g. "${folder}/a.onnx"`,
  });
});

test("an ONNX file is loaded by its name", async () => {
  const file = join(import.meta.dirname, "operators", "__goldens__", "residual.onnx");
  const backbone = await backbones.load(file);
  expect(backbone.inputShape).toEqual([16, 20, 3]);
  // What the last Dense layer reads.
  expect(backbone.featureShape).toEqual([10]);
});
