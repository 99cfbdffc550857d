import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Rng } from "../../../shared/rng";
import { exportOnnx } from "../../engine/exportOnnx";
import { toFloat16 } from "../../engine/float16";
import { type ModelProto, ModelProtoSchema, StringStringEntryProtoSchema } from "../../engine/onnx/onnx.gen";
import { runInference } from "../../engine/runInference";
import { Runtime } from "../../engine/runtime";
import {
  conv,
  dense,
  norm,
  pool,
  randomTensor,
  randomWeights,
  relativeDistance,
  sequence,
} from "../../engine/testing/networks";
import { modelFromOperators, type OperatorModel } from "./modelFromOperators";
import { onnxSource } from "./onnxSource";
import { readOnnxModel } from "./readOnnxModel";

const golden = (name: string) => readFile(join(import.meta.dirname, "__goldens__", `${name}.onnx`));

function read(bytes: Uint8Array): Promise<OperatorModel> {
  return readOnnxModel(
    { origin: "somewhere", read: () => Promise.resolve(Buffer.from(bytes)) },
    "a.onnx",
    () => undefined,
  );
}

/** A recorded model with something about it changed. */
async function changed(name: string, change: (model: ModelProto) => void): Promise<Uint8Array> {
  const model = fromBinary(ModelProtoSchema, await golden(name));
  change(model);
  return toBinary(ModelProtoSchema, model);
}

test("a file of ours, whose images have their channels last, comes back with the same layers and weights", async () => {
  const graph = sequence(
    [9, 8, 3],
    [
      conv("a", { activation: "relu6", strides: [2, 2], filters: 4 }),
      {
        type: "DepthwiseConv2D",
        name: "b",
        kernelSize: [3, 3],
        depthMultiplier: 2,
        strides: [1, 1],
        padding: "valid",
        useBias: true,
        activation: "linear",
      },
      norm("c"),
      pool("MaxPooling2D", 2, 1, "same"),
      { type: "Flatten", name: "flat" },
      dense("head"),
    ],
  );
  const weights = randomWeights(graph, 3);
  const model = await read(exportOnnx(graph, weights));
  const kinds = model.graph.layers.map(({ type }) => type);
  expect(kinds).toEqual(["Conv2D", "Activation", "DepthwiseConv2D", "MaxPooling2D", "Flatten", "Dense"]);
  const runtime = new Runtime(2);
  const input = randomTensor(new Rng(4), [3, 9, 8, 3]);
  const ours = await runInference(runtime, graph, weights, input);
  const back = await runInference(runtime, model.graph, model.weights, input);
  expect(relativeDistance(back.data, ours.data)).toBeLessThan(1e-5);
  await runtime.dispose();
});

test("weights in float16 are read as what they are in float32", async () => {
  const bytes = await changed("residual", ({ graph }) => {
    for (const tensor of graph!.initializer.filter(({ dataType }) => dataType === 1)) {
      const floats = new Float32Array(Uint8Array.from(tensor.rawData).buffer);
      tensor.rawData = new Uint8Array(Uint16Array.from(floats, toFloat16).buffer);
      tensor.dataType = 10;
    }
    for (const { type } of [...graph!.input, ...graph!.output]) {
      if (type?.value.case === "tensorType") type.value.value.elemType = 10;
    }
  });
  const [full, half] = [await read(await golden("residual")), await read(bytes)];
  const [a, b] = [full, half].map(({ weights }) => weights.get("head_Gemm/kernel")!.data);
  expect(relativeDistance(b!, a!)).toBeLessThan(1e-3);
  expect(relativeDistance(b!, a!)).toBeGreaterThan(0);
});

test.each<[code: string, found: string, change: (model: ModelProto) => void]>([
  ["backbone/opset", "operator set 5", ({ opsetImport }) => (opsetImport[0]!.version = 5n)],
  [
    "backbone/several-inputs",
    `inputs "images", "other"`,
    ({ graph }) => graph!.input.push({ ...graph!.input[0]!, name: "other" }),
  ],
  [
    "backbone/input-type",
    `input "images"`,
    ({ graph }) => {
      const type = graph!.input[0]!.type!;
      if (type.value.case === "tensorType") type.value.value.elemType = 7;
    },
  ],
  [
    "backbone/open-input-size",
    "[?, 3, ?, 20]",
    ({ graph }) => {
      const type = graph!.input[0]!.type!;
      if (type.value.case === "tensorType")
        type.value.value.shape!.dim[2]!.value = { case: "dimParam", value: "height" };
    },
  ],
  [
    "backbone/external-data",
    "in weights.bin",
    ({ graph }) => {
      const [tensor] = graph!.initializer;
      tensor!.dataLocation = 1;
      tensor!.externalData = [create(StringStringEntryProtoSchema, { key: "location", value: "weights.bin" })];
    },
  ],
  ["backbone/bad-onnx", "without a graph", (model) => (model.graph = undefined)],
])("%s", async (code, found, change) => {
  const error: unknown = await read(await changed("residual", change)).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code });
  expect((error as { found: string }).found).toContain(found);
});

test("bytes that are no ONNX file", async () => {
  await expect(read(Buffer.from("not a model"))).rejects.toMatchObject({ code: "backbone/bad-onnx" });
});

test("an old operator set is read by rules, but not run as it is", async () => {
  const bytes = await changed("everything", ({ opsetImport }) => (opsetImport[0]!.version = 12n));
  await expect(read(bytes)).rejects.toMatchObject({ code: "backbone/opset" });
});

test("operators of somebody's own cannot be torn out", async () => {
  const bytes = await changed("everything", ({ graph, opsetImport }) => {
    opsetImport.push({ ...opsetImport[0]!, domain: "com.microsoft", version: 1n });
    const softplus = graph!.node.find(({ opType }) => opType === "Softplus")!;
    // FastGelu takes and gives what Softplus does.
    softplus.opType = "FastGelu";
    softplus.domain = "com.microsoft";
  });
  await expect(read(bytes)).rejects.toMatchObject({ code: "backbone/unsupported-operator" });
});

test("a fixed batch inside operators that run as they are", async () => {
  const bytes = await changed("reshaped-batch-1", ({ graph }) => {
    // 0 in the second place keeps the shape's -1 from standing for the batch.
    const image = graph!.node.filter(({ opType }) => opType === "Reshape").map(({ input }) => input[1]!);
    for (const node of graph!.node.filter(({ output }) => image.includes(output[0]!))) {
      node.attribute[0]!.t!.name = "fixed";
    }
    const type = graph!.input[0]!.type!;
    if (type.value.case === "tensorType") type.value.value.shape!.dim[0]!.value = { case: "dimParam", value: "batch" };
  });
  await expect(read(bytes)).rejects.toMatchObject({ code: "backbone/fixed-batch" });
});

test("layers that compute something else than the file are never handed out", async () => {
  const source = onnxSource(await golden("residual"), "a.onnx");
  const shifted: typeof source.run = async (input, values) => {
    const found = await source.run(input, values);
    return new Map(
      [...found].map(([name, { shape, data }]) => [name, { shape, data: data?.map((value) => value * 1.001) }]),
    );
  };
  await expect(modelFromOperators({ ...source, run: shifted }, () => undefined)).rejects.toMatchObject({
    code: "backbone/differs",
  });
});

test("a pooling pads with less than anything: zeros are right only behind a relu", async () => {
  const bytes = await changed("residual", ({ graph }) => {
    const relu = graph!.node.find(({ opType }) => opType === "Relu")!;
    graph!.node.find(({ opType }) => opType === "MaxPool")!.input = relu.input;
  });
  const { graph } = await read(bytes);
  expect(graph.layers[0]).toMatchObject({ type: "OnnxOperators", operators: ["MaxPool"] });
});

test("reductions of operator set 17 run in ours, which has their axes as an input", async () => {
  const bytes = await changed("gated", ({ graph }) => {
    const at = graph!.node.findIndex(({ opType }) => opType === "Gemm");
    const [pooled] = graph!.node[at]!.input as [string];
    graph!.node.splice(at, 0, {
      ...graph!.node[at]!,
      name: "atan",
      opType: "Atan",
      input: [pooled],
      output: ["atan"],
      attribute: [],
    });
    graph!.node[at + 1]!.input[0] = "atan";
  });
  const { graph } = await read(bytes);
  expect(graph.layers.map(({ type }) => type)).toEqual(["OnnxOperators", "Dense"]);
});
