/** Files that Keras wrote (`scripts/makeKerasFixtures.py`) predict what Keras predicted from them. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import hdf5, { type Group } from "h5wasm";
import { afterAll, describe, expect, test } from "vitest";
import { runInference } from "../../engine/runInference";
import { Runtime } from "../../engine/runtime";
import { relativeDistance } from "../../engine/testing/networks";
import { filesAt } from "../modelFiles";
import { readModel } from "../readModel";
import { readHdf5Model } from "./hdf5Model";
import { readKerasArchive } from "./kerasArchive";
import { readKerasConfig } from "./kerasConfig";
import { graphFromTopology } from "./topology";

const runtime = new Runtime();
afterAll(() => runtime.dispose());

interface Stored {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

const goldens = new URL("__goldens__/", import.meta.url);
const bytesOf = (name: string) => readFileSync(new URL(name, goldens));
const predictions = JSON.parse(bytesOf("predictions.json").toString()) as Readonly<
  Record<string, { readonly input: Stored; readonly output: Stored }>
>;
const read = (name: string, bytes: Buffer = bytesOf(name)) =>
  name.endsWith(".keras") ? readKerasArchive(bytes, name) : readHdf5Model(bytes, name);

test.each(Object.entries(predictions))("%s predicts as Keras does", async (name, { input, output }) => {
  const { graph, weights } = await read(name);
  const predicted = await runInference(runtime, graph, weights, {
    shape: input.shape,
    data: Float32Array.from(input.data),
  });
  expect(predicted.shape).toEqual(output.shape);
  expect(relativeDistance(predicted.data, output.data)).toBeLessThan(1e-5);
  predicted.data.forEach((value, i) => expect(Math.abs(value - output.data[i]!)).toBeLessThan(1e-5));
});

test("every file is read", () => {
  const models = readdirSync(goldens).filter(
    (name) => !["predictions.json", "only.weights.h5", "modern-weights.h5"].includes(name),
  );
  expect(models.sort()).toEqual(Object.keys(predictions).sort());
});

describe("layers have the names that they have in Keras", () => {
  test.each(["residual.keras", "residual.h5", "keras2.h5"])("%s", async (name) => {
    const { graph, weights } = await read(name);
    expect(graph.input).toEqual({ name: "image", shape: [8, 8, 2] });
    expect(graph.output).toBe("logits");
    expect(weights.get("alone/kernel")!.shape).toEqual([3, 3, 4, 2]);
  });
});

/** An archive with one entry changed, or left out. */
function archiveWith(name: string, entry: string, change: (text: string) => string | undefined): Buffer {
  const { [entry]: old, ...entries } = unzipSync(bytesOf(name));
  const changed = change(strFromU8(old!));
  if (changed !== undefined) entries[entry] = strToU8(changed);
  return Buffer.from(zipSync(entries, { level: 0 }));
}

/** An HDF5 file with an attribute of its root changed. */
async function hdf5With(name: string, attribute: string, change: (text: string) => string): Promise<Buffer> {
  const { FS } = await hdf5.ready;
  FS.writeFile("/changed.h5", bytesOf(name));
  const file = new hdf5.File("/changed.h5", "a");
  const text = file.attrs[attribute]!.value as string;
  file.delete_attribute(attribute);
  file.create_attribute(attribute, change(text));
  file.close();
  return Buffer.from(FS.readFile("/changed.h5"));
}

describe("refuses a model", () => {
  test.each<[string, string, string, RegExp, string, string]>([
    [
      "of a layer that it does not know",
      "sequential.keras",
      "unsupported-layer",
      /found CenterCrop "dropout"/,
      `"class_name": "Dropout"`,
      `"class_name": "CenterCrop"`,
    ],
    [
      "of an activation that it does not know",
      "sequential.keras",
      "unsupported-layer",
      /Conv2D "conv2d_1" with activation "mish"/,
      `"activation": "silu"`,
      `"activation": "mish"`,
    ],
    [
      "whose weights have another shape",
      "sequential.keras",
      "weight-shape",
      /conv2d\/kernel of shape 3 x 3 x 2 x 5 .* 3 x 3 x 2 x 4/,
      `"filters": 4`,
      `"filters": 5`,
    ],
    [
      "whose weights have another shape, HDF5",
      "encoder.h5",
      "weight-shape",
      /embedding\/embeddings of shape 10 x 4/,
      `"input_dim": 9`,
      `"input_dim": 10`,
    ],
    [
      "whose weights are not there",
      "encoder.keras",
      "missing-weights",
      /multi_head_attention_1\/query_bias/,
      `"use_bias": false`,
      `"use_bias": true`,
    ],
    [
      "with a mask that it would lose",
      "encoder.keras",
      "unsupported-layer",
      /Embedding "embedding" with mask_zero true/,
      `"mask_zero": false`,
      `"mask_zero": true`,
    ],
    [
      "with attention that is not Graft's",
      "encoder.h5",
      "unsupported-layer",
      /MultiHeadAttention "multi_head_attention" with value_dim 4/,
      `"value_dim": 3`,
      `"value_dim": 4`,
    ],
    [
      "whose class only has the name of one of Keras'",
      "residual.keras",
      "unsupported-layer",
      /Add "add" with the class keras.src.ops.numpy.Add/,
      `"module": "keras.layers", "class_name": "Add"`,
      `"module": "keras.src.ops.numpy", "class_name": "Add"`,
    ],
  ])("%s", async (_, name, code, text, from, to) => {
    const replaced = (config: string) => {
      expect(config).toContain(from);
      return config.replace(from, to);
    };
    const changed = name.endsWith(".keras")
      ? archiveWith(name, "config.json", replaced)
      : await hdf5With(name, "model_config", replaced);
    const reading = read(name, changed);
    await expect(reading).rejects.toMatchObject({ code: `backbone/${code}` });
    await expect(reading).rejects.toThrow(text);
  });
});

describe("a model inside a model", () => {
  test.each(["nested.keras", "nested.h5"])(
    "%s: its layers are layers of the whole, renamed where names clash",
    async (name) => {
      const { graph } = await read(name);
      expect(graph.input).toEqual({ name: "pixels", shape: [8, 8, 2] });
      const names = graph.layers.map((layer) => layer.name);
      expect(names.filter((layer) => /conv|same|norm/.test(layer))).toEqual([
        "conv",
        "norm",
        "same",
        "neck_same",
        "neck_norm",
        "conv2d",
        "sequential_norm",
      ]);
      expect(graph.layers[0]!.inputs).toEqual(["pixels"]);
    },
  );

  test("weights in another order than the layers' names say are not taken", async () => {
    const changed = await hdf5With("nested.h5", "model_config", (text) =>
      text.replace(/("name": "conv", "trainable": )false/, "$1true"),
    );
    await expect(read("nested.h5", changed)).rejects.toMatchObject({ code: "backbone/missing-weights" });
  });

  const dense = (name: string, from: string) => ({
    class_name: "Dense",
    config: { name, units: 2 },
    inbound_nodes: [[[from, 0, 0, {}]]],
  });
  const input = (name: string) => ({
    class_name: "InputLayer",
    config: { name, batch_input_shape: [null, 3] },
    inbound_nodes: [],
  });
  const outer = (innerLayers: readonly object[], calls: readonly (readonly string[])[]) => ({
    class_name: "Functional",
    config: {
      layers: [
        input("x"),
        dense("left", "x"),
        dense("right", "x"),
        {
          class_name: "Functional",
          config: { name: "tower", layers: innerLayers, output_layers: [["inner", 0, 0]] },
          inbound_nodes: calls.map((read) => read.map((name) => [name, 0, 0, {}])),
        },
      ],
      output_layers: [["tower", 0, 0]],
    },
  });
  const graphOf = async (model: object) => graphFromTopology(readKerasConfig(model).topology, "a.h5");

  test("reads what the model is given", async () => {
    const { layers, output } = await graphOf(outer([input("y"), dense("inner", "y")], [["right"]]));
    expect(layers.at(-1)).toMatchObject({ name: "inner", inputs: ["right"] });
    expect(output).toBe("inner");
  });

  test("refuses one that is called twice", async () => {
    const reading = graphOf(outer([input("y"), dense("inner", "y")], [["left"], ["right"]]));
    await expect(reading).rejects.toMatchObject({ code: "backbone/shared-model" });
    await expect(reading).rejects.toThrow(/the model "tower", which is called 2 times.*get_layer\("tower"\)/s);
  });

  test.each([
    ["two values", [input("y"), dense("inner", "y")], [["left", "right"]], /"tower" in a.h5.*inputs "left", "right"/s],
    ["two inputs", [input("y"), input("z"), dense("inner", "y")], [["left"]], /"tower" in a.h5.*inputs "y", "z"/s],
  ])("refuses one of %s", async (_, innerLayers, calls, text) => {
    const reading = graphOf(outer(innerLayers, calls));
    await expect(reading).rejects.toMatchObject({ code: "backbone/several-inputs" });
    await expect(reading).rejects.toThrow(text);
  });
});

describe("attention as Keras 2 writes it", () => {
  const attention = (kwargs: object) => ({
    class_name: "Functional",
    config: {
      layers: [
        { class_name: "InputLayer", config: { name: "x", batch_input_shape: [null, 4, 6] }, inbound_nodes: [] },
        {
          class_name: "Reshape",
          config: { name: "memory", target_shape: [2, 12] },
          inbound_nodes: [[["x", 0, 0, {}]]],
        },
        {
          class_name: "MultiHeadAttention",
          config: { name: "attention", num_heads: 2, key_dim: 3 },
          inbound_nodes: [[["x", 0, 0, kwargs]]],
        },
      ],
      output_layers: [["attention", 0, 0]],
    },
  });
  const graphOf = async (kwargs: object) => graphFromTopology(readKerasConfig(attention(kwargs)).topology, "a.h5");

  test("reads its values from its keywords", async () => {
    const { layers } = await graphOf({ value: ["memory", 0, 0], key: ["memory", 0, 0], training: false });
    expect(layers.at(-1)!.inputs).toEqual(["x", "memory"]);
  });

  test.each([
    ["keys of its own", /keys other than its values/, { value: ["memory", 0, 0], key: ["x", 0, 0] }],
    ["a mask", /a value for attention_mask/, { value: ["memory", 0, 0], attention_mask: ["x", 0, 0] }],
  ])("refuses %s", async (_, text, kwargs) => {
    await expect(graphOf(kwargs)).rejects.toThrow(text);
  });
});

test("is found by the name of the file", async () => {
  for (const main of ["residual.keras", "residual.h5"]) {
    const { graph } = await readModel(
      filesAt({
        origin: "models",
        main,
        names: [main],
        locate: (name) => Promise.resolve(fileURLToPath(new URL(name, goldens))),
      }),
    );
    expect(graph.output).toBe("logits");
  }
});

test("refuses weights that are no floats", async () => {
  const { FS } = await hdf5.ready;
  const file = new hdf5.File("/quantized.h5", "w");
  const dense = {
    class_name: "Dense",
    config: { name: "dense", units: 1, use_bias: false, batch_input_shape: [null, 2] },
  };
  file.create_attribute("model_config", JSON.stringify({ class_name: "Sequential", config: { layers: [dense] } }));
  const group = file.create_group("model_weights").create_group("dense");
  (file.get("model_weights") as Group).create_attribute("layer_names", ["dense"]);
  group.create_attribute("weight_names", ["kernel"]);
  group.create_dataset({ name: "kernel", data: Int8Array.from([1, 2]), shape: [2, 1] });
  file.close();
  const reading = read("quantized.h5", Buffer.from(FS.readFile("/quantized.h5")));
  await expect(reading).rejects.toMatchObject({ code: "backbone/unsupported-weights" });
  await expect(reading).rejects.toThrow(/model_weights\/dense\/kernel/);
});

describe("refuses a file", () => {
  const whole = bytesOf("sequential.keras");
  const older = bytesOf("residual.h5");
  test.each<[string, string, string, () => Buffer | Promise<Buffer>]>([
    ["that is empty", "a.keras", "not-keras-archive", () => Buffer.alloc(0)],
    ["that is no zip", "a.keras", "not-keras-archive", () => older],
    ["that ends too soon", "a.keras", "damaged-keras-archive", () => whole.subarray(0, whole.length - 50)],
    [
      "without weights",
      "a.keras",
      "damaged-keras-archive",
      () => archiveWith("sequential.keras", "model.weights.h5", () => undefined),
    ],
    [
      "whose configuration is no JSON",
      "a.keras",
      "damaged-keras-archive",
      () => archiveWith("sequential.keras", "config.json", (text) => text.slice(9)),
    ],
    [
      "of a newer Keras",
      "a.keras",
      "newer-keras",
      () => archiveWith("sequential.keras", "metadata.json", () => `{"keras_version": "4.0.0"}`),
    ],
    [
      "whose weights are no HDF5",
      "a.keras",
      "not-hdf5",
      () => archiveWith("sequential.keras", "model.weights.h5", () => "weights"),
    ],
    ["that is no HDF5", "a.h5", "not-hdf5", () => whole],
    ["that ends too soon, HDF5", "a.h5", "damaged-hdf5", () => older.subarray(0, older.length - 50)],
    ["of which half is there, HDF5", "a.h5", "damaged-hdf5", () => older.subarray(0, older.length >> 1)],
    ["of weights alone", "a.weights.h5", "weights-only", () => bytesOf("only.weights.h5")],
    ["of a newer Keras, HDF5", "a.h5", "newer-keras", () => hdf5With("residual.h5", "keras_version", () => "4.1.0")],
  ])("%s", async (_, name, code, bytes) => {
    await expect(read(name, await bytes())).rejects.toMatchObject({ code: `backbone/${code}` });
  });
});
