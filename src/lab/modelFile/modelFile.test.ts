import { strToU8, unzipSync, type Zippable, zipSync } from "fflate";
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { LayerGraph } from "../backbone/layerGraph";
import { dataOf } from "../engine/testing/conformanceCase";
import { imageCases } from "../engine/testing/imageCases";
import { conv, dense, norm, randomWeights, sequence } from "../engine/testing/networks";
import { sequenceCases } from "../engine/testing/sequenceCases";
import { MODEL_FILE_VERSION } from "./archive";
import { decodeModelFile } from "./decodeModelFile";
import { encodeModelFile } from "./encodeModelFile";
import type { ModelFileContent } from "./modelFileContent";

const written = { graft: "1.2.3", engine: "an engine", created: "2026-01-02T03:04:05.000Z" };
const graph = sequence(
  [4, 4, 2],
  [conv("one"), norm("one_bn"), { type: "Flatten", name: "flat" }, dense("head", { units: 2 })],
);
const content = contentOf(graph);
const bytes = encodeModelFile(content, written);
const names = ["manifest.json", "model.json", "history.json", "weights.safetensors"];

function contentOf(graph: LayerGraph, weights = randomWeights(graph, 1), classes = ["cat", "dog"]): ModelFileContent {
  const tensor = { shape: [2], data: Float32Array.of(0.5, -0) };
  return {
    ...{ backbone: "some", graph, featureLayer: graph.layers.at(-1)!.inputs[0]!, weights, classes, pretrained: true },
    preprocessing: { scale: 1 / 255, offset: 0 },
    trainable: [graph.output],
    trainedOn: "0123456789abcdef",
    provenance: { backbone: "some", sha256: "ab".repeat(32), card: { licence: "MIT" } },
    history: [
      {
        ...{
          name: "head",
          trainableLayers: ["head"],
          frozenLayers: ["one"],
          status: "failed",
          seconds: 1.5,
          notes: ["so"],
        },
        steps: [
          { step: 1, loss: 0.7 },
          { step: 2, loss: NaN, learningRate: 0.1 },
        ],
        epochs: [{ epoch: 1, step: 2, trainLoss: 0.7, trainAccuracy: 0.5 }],
      },
    ],
    unfinished: {
      plan: { layers: ["head"], epochs: 3, seed: 4 } as unknown as NonNullable<ModelFileContent["unfinished"]>["plan"],
      snapshot: {
        progress: { step: 2, epoch: 1 },
        weights: new Map([["head/bias", tensor]]),
        slots: new Map([["momentum", tensor]]),
      },
      trainedOn: "0123456789abcdef",
    },
  };
}

const decode = (file: Uint8Array, registered: readonly string[] = []) =>
  decodeModelFile("m.graft", file, (className) => Promise.resolve(registered.includes(className)));

/** The file with other entries, its manifest right for them unless `change` alters that too. */
function rewritten(change: (entries: Record<string, Uint8Array>, manifest: ManifestJson) => void): Uint8Array {
  const entries = unzipSync(bytes);
  const manifest = JSON.parse(new TextDecoder().decode(entries["manifest.json"])) as ManifestJson;
  delete entries["manifest.json"];
  const before = { ...entries };
  change(entries, manifest);
  for (const [name, data] of Object.entries(entries)) {
    if (before[name] === data) continue;
    manifest.entries[name] = { bytes: data.length, sha256: createHash("sha256").update(data).digest("hex") };
  }
  return zipped({ ...entries, "manifest.json": strToU8(JSON.stringify(manifest)) });
}

interface ManifestJson {
  version: number;
  entries: Record<string, { bytes: number; sha256: string }>;
}

function zipped(entries: Zippable): Uint8Array {
  return zipSync(entries, { level: 0 });
}

/** Changes a value of the model's JSON. */
function withModel(
  change: (model: { graph: { layers: Record<string, unknown>[] } } & Record<string, unknown>) => void,
) {
  return rewritten((entries) => {
    const model = JSON.parse(new TextDecoder().decode(entries["model.json"])) as Parameters<typeof change>[0];
    change(model);
    entries["model.json"] = strToU8(JSON.stringify(model));
  });
}

/** Renames an entry to a name of the same length, in the zip's own structures. */
function renamed(file: Uint8Array, from: string, to: string): Uint8Array {
  expect(to.length).toBe(from.length);
  return Buffer.from(Buffer.from(file).toString("latin1").replaceAll(from, to), "latin1");
}

/** The zip's directory says that an entry has this size when it is inflated. */
function withListedSize(name: string, size: number, file = bytes): Uint8Array {
  const copy = Buffer.from(file);
  const inDirectory = copy.lastIndexOf(name) - 46;
  expect(copy.readUInt32BE(inDirectory)).toBe(0x504b0102);
  copy.writeUInt32LE(size, inDirectory + 24);
  return copy;
}

test("everything comes back, every bit of the weights too", async () => {
  expect(await decode(bytes)).toEqual(content);
});

test("a model in which nothing is left open", async () => {
  const { backbone, graph, featureLayer, weights, classes, pretrained, preprocessing, trainable } = content;
  const plain = { backbone, graph, featureLayer, weights, classes, pretrained, preprocessing, trainable, history: [] };
  expect(await decode(encodeModelFile(plain, written))).toEqual(plain);
});

test("the same model is the same bytes, but for when it was written", () => {
  expect(encodeModelFile(content, written)).toEqual(bytes);
  expect(encodeModelFile(content, { ...written, created: "2026-01-02T03:04:06.000Z" })).not.toEqual(bytes);
});

test("the weights are a safetensors file inside", () => {
  const { "weights.safetensors": file } = unzipSync(bytes);
  const length = Number(Buffer.from(file!).readBigUInt64LE());
  const header = JSON.parse(Buffer.from(file!).toString("utf8", 8, 8 + length)) as Record<string, unknown>;
  expect(header["head/bias"]).toMatchObject({ dtype: "F32", shape: [2] });
});

describe("every kind of layer", () => {
  test.each([...imageCases, ...sequenceCases].map((row) => [row.name, row] as const))("%s", async (_, row) => {
    const { weights } = dataOf(row);
    const classes = Array.from({ length: weights.get("head/bias")?.data.length ?? 4 }, (_, i) => `class ${i}`);
    const own = contentOf(row.graph, weights, classes);
    expect(await decode(encodeModelFile(own, written))).toEqual(own);
  });
});

const custom = contentOf({
  ...graph,
  layers: graph.layers.map((layer) =>
    layer.name === "flat"
      ? {
          type: "Custom",
          name: "flat",
          inputs: ["one_bn"],
          className: "Mine",
          config: { a: 1 },
          outputShape: [32],
          weights: [],
        }
      : layer,
  ),
});

test("a layer of a person's own comes back where its class is registered", async () => {
  expect(await decode(encodeModelFile(custom, written), ["Mine"])).toEqual(custom);
});

const manifestOnly = (text: string) => zipped({ "manifest.json": strToU8(text) });
const flipped = (file: Uint8Array) => {
  const { "weights.safetensors": weights } = unzipSync(file);
  const copy = Buffer.from(file);
  copy[copy.indexOf(Buffer.from(weights!.subarray(-16))) + 3]! ^= 1;
  return copy;
};

test.each<[string, string, () => Uint8Array]>([
  ["an empty file", "model-file/not-a-zip", () => new Uint8Array()],
  ["not a zip", "model-file/not-a-zip", () => strToU8('{"format":"graft-model"}'.repeat(9))],
  ["cut off in the middle", "model-file/truncated", () => bytes.subarray(0, bytes.length >> 1)],
  ["cut off by one byte", "model-file/truncated", () => bytes.subarray(0, -1)],
  ["cut off behind its begin", "model-file/truncated", () => bytes.subarray(0, 4)],
  ["a zip of something else", "model-file/manifest", () => zipped({ "a.txt": strToU8("a") })],
  ["a manifest that is no JSON", "model-file/manifest", () => manifestOnly("{")],
  ["a manifest of something else", "model-file/manifest", () => manifestOnly('{"format":"docx","version":1}')],
  [
    "a newer version",
    "model-file/newer-version",
    () => rewritten((_, manifest) => void (manifest.version = MODEL_FILE_VERSION + 1)),
  ],
  ["a newer version that lists nothing", "model-file/newer-version", () => manifestOnly('{"version":9}')],
  ["a bit of the weights", "model-file/checksum", () => flipped(bytes)],
  [
    "a checksum",
    "model-file/checksum",
    () => rewritten((_, { entries }) => void (entries["model.json"]!.sha256 = "0".repeat(64))),
  ],
  ["a path that climbs out", "model-file/unsafe-path", () => renamed(bytes, "model.json", "../l.json0".slice(0, 10))],
  ["an absolute path", "model-file/unsafe-path", () => renamed(bytes, "model.json", "/etc/passw")],
  ["a drive letter", "model-file/unsafe-path", () => renamed(bytes, "model.json", "C:odel.jso")],
  ["a Windows path", "model-file/unsafe-path", () => renamed(bytes, "model.json", "..\\el.json")],
  [
    "an entry twice",
    "model-file/duplicate-entry",
    () => renamed(zipped({ ...unzipSync(bytes), "model.jsoN": strToU8("{}") }), "model.jsoN", "model.json"),
  ],
  [
    "an entry that is not listed",
    "model-file/entries",
    () => zipped({ ...unzipSync(bytes), "more.json": strToU8("{}") }),
  ],
  [
    "an entry that is listed and not there",
    "model-file/entries",
    () =>
      rewritten((entries) => {
        delete entries["history.json"];
      }),
  ],
  [
    "without history",
    "model-file/entries",
    () =>
      rewritten((entries, manifest) => {
        delete entries["history.json"];
        delete manifest.entries["history.json"];
      }),
  ],
  [
    "sizes above the manifest's",
    "model-file/size",
    () => rewritten((_, { entries }) => void (entries["model.json"]!.bytes = 1)),
  ],
  ["a bomb", "model-file/size", () => withListedSize("history.json", 2 ** 28 + 1)],
  [
    "a bomb whose manifest agrees",
    "model-file/size",
    () => {
      const claimed = 2 ** 28 + 1;
      return withListedSize(
        "history.json",
        claimed,
        rewritten((_, { entries }) => void (entries["history.json"]!.bytes = claimed)),
      );
    },
  ],
  [
    "a stored entry that is longer than itself",
    "model-file/size",
    () => withListedSize("weights.safetensors", 2 ** 27),
  ],
  ["no model", "model-file/content", () => rewritten((entries) => void (entries["model.json"] = strToU8("[]")))],
  ["classes that are none", "model-file/content", () => withModel((model) => void (model.classes = [1, 2]))],
  [
    "a history that is none",
    "model-file/content",
    () => rewritten((entries) => void (entries["history.json"] = strToU8('[{"name":"a"}]'))),
  ],
  [
    "an unknown kind of layer",
    "model-file/unknown-layer",
    () => withModel(({ graph: { layers } }) => void (layers[1]!.type = "Warp")),
  ],
  [
    "a kind that every object has",
    "model-file/unknown-layer",
    () => withModel(({ graph: { layers } }) => void (layers[1]!.type = "constructor")),
  ],
  ["a custom layer that nobody registered", "model-file/unregistered-layer", () => encodeModelFile(custom, written)],
  [
    "layers that do not fit",
    "model-file/graph",
    () => withModel(({ graph: { layers } }) => void (layers[0]!.inputs = ["head"])),
  ],
  ["another number of classes", "model-file/graph", () => withModel((model) => void (model.classes = ["a", "b", "c"]))],
  [
    "trainable layers that are not there",
    "model-file/graph",
    () => withModel((model) => void (model.trainable = ["tail"])),
  ],
  [
    "weights of another shape",
    "model-file/weight-shape",
    () => withModel(({ graph: { layers } }) => void (layers[0]!.kernelSize = [1, 1])),
  ],
  [
    "no weights",
    "model-file/weights",
    () =>
      withModel(({ graph: { layers } }) => {
        layers[0]!.name = "uno";
        layers[1]!.inputs = ["uno"];
      }),
  ],
  [
    "weights that are none",
    "model-file/weights",
    () => rewritten((entries) => void (entries["weights.safetensors"] = strToU8("weights"))),
  ],
  [
    "weights that end too soon",
    "model-file/weights",
    () =>
      rewritten((entries) => void (entries["weights.safetensors"] = entries["weights.safetensors"]!.subarray(0, -4))),
  ],
])("refuses %s: %s", async (_, code, file) => {
  await expect(decode(file())).rejects.toMatchObject({ code });
});

test("a file cut off anywhere is refused", async () => {
  for (let length = 0; length < bytes.length; length += 7) {
    await expect(decode(bytes.subarray(0, length))).rejects.toMatchObject({ name: "GraftError" });
  }
});

test("what is in it", () => {
  expect(Object.keys(unzipSync(bytes))).toEqual(names);
});
