import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { LayerGraph } from "../backbone/layerGraph";
import { readLayersModel } from "../backbone/layersModel";
import { createOnnxruntimeEngine } from "../engine/onnxruntimeEngine";
import { type ConformanceCase, dataOf } from "../engine/testing/conformanceCase";
import { imageCases } from "../engine/testing/imageCases";
import { conv, dense, norm, sequence } from "../engine/testing/networks";
import { sequenceCases } from "../engine/testing/sequenceCases";
import { createTfjsEngine } from "../engine/tfjs/tfjsEngine";
import { exportModel } from "./exportModel";
import type { ExportSubject } from "./exporter";
import { onnxExporter } from "./onnxExporter";
import { tfjsExporter } from "./tfjsExporter";

const engine = createOnnxruntimeEngine();
afterAll(() => engine.dispose());

const about = { classes: ["cat", "dog"], preprocessing: { scale: 1, offset: 0 } };
const graph = sequence(
  [4, 4, 2],
  [conv("one"), norm("one_bn"), { type: "Flatten", name: "flat" }, dense("head", { units: 2 })],
);

let folder: string;
const at = (name: string) => join(folder, name);
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "graft-export-"))));
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

function subject(row: Pick<ConformanceCase, "graph" | "tokens" | "seed"> = { graph }): ExportSubject {
  const { weights, features } = dataOf({ name: "", ...row });
  return { graph: row.graph, weights, about, name: "some", engine, examples: features };
}

const withoutForm = "GatherSteps MultiHeadAttention PaddingMask Pack PositionEmbedding UnitNormalization Unpack".split(
  " ",
);

/** What tfjs has no form of. */
const notInTfjs = (graph: LayerGraph) =>
  graph.layers.some(
    (layer) =>
      withoutForm.includes(layer.type) ||
      (layer.type === "GlobalAveragePooling1D" && layer.inputs.length > 1) ||
      ("groups" in layer && layer.groups !== 1) ||
      (layer.type === "DepthwiseConv2D" && layer.dilation !== undefined) ||
      ("activation" in layer && ["geluTanh", "hardSwish", "hardSigmoid"].includes(layer.activation)),
  );

describe("every kind of layer", () => {
  const rows = [...imageCases, ...sequenceCases].map((row) => [row.name, row] as const);

  test.each(rows)("ONNX: %s", async (_, row) => {
    const { largestDifference } = await exportModel("onnx", at("m.onnx"), subject(row));
    expect(largestDifference).toBeLessThan(1e-4);
  });

  test.each(rows.filter(([, { graph }]) => !notInTfjs(graph)))("tfjs: %s", async (_, row) => {
    const own = subject(row);
    await exportModel("tfjs", at("m"), own);
    const { graph, weights } = await readLayersModel(at("m"));
    const expected = await engine.infer(own.graph, own.weights, own.examples);
    const { data } = await engine.infer(graph, weights, own.examples);
    const largest = Math.max(...expected.data.map(Math.abs));
    data.forEach((value, i) => expect(Math.abs(value - expected.data[i]!) / largest).toBeLessThan(1e-5));
  });

  test.each(rows.filter(([, { graph }]) => notInTfjs(graph)))("tfjs refuses: %s", async (_, row) => {
    await expect(exportModel("tfjs", at("m"), subject(row))).rejects.toMatchObject({
      code: "export/unsupported-layer",
    });
    expect(await readdir(folder)).toEqual([]);
  });
});

test("classes and preprocessing are in the file", async () => {
  await exportModel("onnx", at("m.onnx"), subject());
  expect(await readFile(at("m.onnx"), "latin1")).toContain(JSON.stringify(about));
  await exportModel("tfjs", at("m"), subject());
  expect(JSON.parse(await readFile(at("m/model.json"), "utf8"))).toMatchObject({
    userDefinedMetadata: { graft: about },
  });
});

test.each(["onnx", "tfjs"] as const)(
  "%s that computes something else is refused, and nothing is left",
  async (format) => {
    const exporter = { onnx: onnxExporter, tfjs: tfjsExporter }[format];
    const write = exporter.write.bind(exporter);
    vi.spyOn(exporter, "write").mockImplementation((path, { weights, ...rest }, options) => {
      const changed = new Map(weights).set("head/bias", { shape: [2], data: Float32Array.of(1, 2) });
      return write(path, { ...rest, weights: changed }, options);
    });
    await expect(exportModel(format, at("m"), subject())).rejects.toMatchObject({ code: "export/differs" });
    expect(await readdir(folder)).toEqual([]);
  },
);

test("weights that are no numbers are refused", async () => {
  const own = subject();
  const weights = new Map(own.weights).set("head/bias", { shape: [2], data: Float32Array.of(NaN, 0) });
  await expect(exportModel("onnx", at("m"), { ...own, weights })).rejects.toMatchObject({ code: "export/differs" });
});

test.each(["onnx", "tfjs"] as const)("%s in place of an earlier export, and nothing beside it", async (format) => {
  await exportModel(format, at("m"), subject());
  const { path } = await exportModel(format, at("m"), subject({ graph, seed: 9 }));
  expect(path).toBe(at("m"));
  expect(await readdir(folder)).toEqual(["m"]);
});

test("tfjs: weights come in shards of 4 MiB, as tfjs' converter cuts them; an export with fewer may take their place", async () => {
  const wide = sequence([1200], [dense("wide", { units: 1000 }), dense("head", { units: 2 })]);
  const own = subject({ graph: wide });
  await exportModel("tfjs", at("m"), own);
  expect((await readdir(at("m"))).sort()).toEqual(["group1-shard1of2.bin", "group1-shard2of2.bin", "model.json"]);
  expect((await stat(at("m/group1-shard1of2.bin"))).size).toBe(4 * 1024 * 1024);
  const kernel = (await readLayersModel(at("m"))).weights.get("wide/kernel")!.data;
  const written = own.weights.get("wide/kernel")!.data;
  // Comparing by element takes long.
  expect(
    Buffer.from(kernel.buffer, kernel.byteOffset, kernel.byteLength).equals(
      Buffer.from(written.buffer, written.byteOffset, written.byteLength),
    ),
  ).toBe(true);
  await exportModel("tfjs", at("m"), subject());
  expect((await readdir(at("m"))).sort()).toEqual(["model.json", "weights.bin"]);
});

test("never in place of a folder with other things, or of a file", async () => {
  await mkdir(at("mine"));
  await writeFile(at("mine/model.json"), "{}");
  await writeFile(at("mine/notes.txt"), "mine");
  await writeFile(at("file"), "mine");
  const inUse = { code: "export/path-in-use" };
  await expect(exportModel("tfjs", at("mine"), subject())).rejects.toMatchObject(inUse);
  await expect(exportModel("onnx", at("mine"), subject())).rejects.toMatchObject(inUse);
  await expect(exportModel("tfjs", at("file"), subject())).rejects.toMatchObject(inUse);
  expect(await readdir(folder)).toEqual(["file", "mine"]);
  expect(await readdir(at("mine"))).toEqual(["model.json", "notes.txt"]);
});

test("another format", async () => {
  await expect(exportModel("keras" as "onnx", at("m"), subject())).rejects.toMatchObject({ code: "export/format" });
});

test("a SavedModel without a Python that can write one", async () => {
  const python = at("python");
  await writeFile(python, "#!/bin/sh\necho \"ModuleNotFoundError: No module named 'keras'\" >&2\nexit 1\n", {
    mode: 0o755,
  });
  await expect(exportModel("savedmodel", at("m"), subject(), { python })).rejects.toMatchObject({
    code: "export/savedmodel",
    found: "ModuleNotFoundError: No module named 'keras'",
  });
  await expect(exportModel("savedmodel", at("m"), subject(), { python: at("no-python") })).rejects.toMatchObject({
    code: "export/savedmodel",
  });
  expect(await readdir(folder)).toEqual(["python"]);
});

test("the wasm engine as the model's own", async () => {
  const { largestDifference } = await exportModel("tfjs", at("m"), { ...subject(), engine: createTfjsEngine() });
  expect(largestDifference).toBeLessThan(1e-4);
});
