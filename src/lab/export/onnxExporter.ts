import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { readFile, writeFile } from "node:fs/promises";
import type { LayerGraph, Tensor } from "../backbone/layerGraph";
import { exportOnnx } from "../engine/exportOnnx";
import { ModelProtoSchema, StringStringEntryProtoSchema } from "../engine/onnx/onnx.gen";
import { Runtime } from "../engine/runtime";
import { createTfjsEngine } from "../engine/tfjs/tfjsEngine";
import type { Exporter } from "./exporter";

/**
 * An ONNX file (operator set 18): input `[batch, height, width, channels]` of preprocessed images, output `output`, the logits
 * `[batch, classes]`. Classes and preprocessing stand in its metadata under `graft`, as JSON.
 */
export const onnxExporter: Exporter = {
  runner: "ONNX Runtime",
  // The model's own engine may be ONNX Runtime with the same exporter before it.
  reference: createTfjsEngine,
  async write(path, { graph, weights, name, about, examples }) {
    await writeFile(path, withMetadata(exportOnnx(graph, weights, { name }), about));
    return runFile(path, graph, examples);
  },
};

function withMetadata(model: Uint8Array, about: object): Uint8Array {
  const proto = fromBinary(ModelProtoSchema, model);
  proto.metadataProps.push(create(StringStringEntryProtoSchema, { key: "graft", value: JSON.stringify(about) }));
  return toBinary(ModelProtoSchema, proto);
}

async function runFile(file: string, graph: LayerGraph, input: Tensor): Promise<Float32Array> {
  const runtime = new Runtime(1);
  try {
    const bytes = await readFile(file);
    const session = await runtime.session(file, () => bytes);
    const { Tensor: OrtTensor } = await runtime.ort();
    const feed = new OrtTensor("float32", input.data, input.shape);
    const { output } = await session.run({ [graph.input.name]: feed });
    return Float32Array.from(output!.data as Float32Array);
  } finally {
    await runtime.dispose();
  }
}
