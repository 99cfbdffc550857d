/** The feature "Export to ONNX": a file that is only kept when it computes what tfjs computes from the same weights. */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { readFile, rm } from "node:fs/promises";
import { basename } from "node:path";
import { GraftError } from "../../shared/graftError";
import { Rng } from "../../shared/rng";
import { sizeOf } from "../backbone/kinds/layerKind";
import type { LayerGraph, Tensor } from "../backbone/layerGraph";
import { writeFileAtomically } from "../data/atomicFile";
import type { Engine } from "../engine/engine";
import { exportOnnx } from "../engine/exportOnnx";
import { ModelProtoSchema, StringStringEntryProtoSchema } from "../engine/onnx/onnx.gen";
import { Runtime } from "../engine/runtime";
import { inspectText } from "../inspectText";
import type { Network } from "../train/forwardPass";

/** Largest difference that is let through, as a part of the largest output. */
const tolerance = 1e-4;
const checkedImages = 4;

export interface OnnxExport {
  /** Absolute path. */
  readonly file: string;
  readonly bytes: number;
  /** Between the file in ONNX Runtime and the weights in tfjs, as a part of the largest logit. */
  readonly largestDifference: number;
  readonly [inspectText]: () => string;
}

/**
 * Writes the network as an ONNX file (operator set 18): input `[batch, height, width, channels]` of preprocessed images, output
 * `output`, the logits `[batch, classes]`. Classes and preprocessing stand in its metadata under `graft`, as JSON.
 *
 * @throws GraftError `export/differs` when the file does not compute what tfjs does; it is removed then.
 */
export async function exportOnnxFile(
  { graph, weights, preprocessing }: Network,
  classes: readonly string[],
  file: string,
  reference: Engine,
): Promise<OnnxExport> {
  const model = exportOnnx(graph, weights, { name: basename(file).replace(/\.onnx$/, "") });
  const bytes = withMetadata(model, { classes, preprocessing });
  await writeFileAtomically(file, bytes);
  const input = someInput(graph, preprocessing);
  const expected = await reference.infer(graph, weights, input);
  const largestDifference = difference(await runFile(file, graph, input), expected.data);
  if (!(largestDifference <= tolerance)) {
    await rm(file, { force: true });
    throw new GraftError({
      code: "export/differs",
      expected: `${file} to compute what ${reference.name} computes, within ${tolerance} of the largest output`,
      found: `a difference of ${largestDifference.toExponential(1)}`,
      remedy: "Report this with the layers of the model; the file was removed",
    });
  }
  const report = `${file}: ${(bytes.length / 1e6).toFixed(1)} MB, checked in ONNX Runtime against ${reference.name}: difference ${largestDifference.toExponential(1)} of the largest output`;
  return { file, bytes: bytes.length, largestDifference, [inspectText]: () => report };
}

function withMetadata(model: Uint8Array, about: object): Uint8Array {
  const proto = fromBinary(ModelProtoSchema, model);
  proto.metadataProps.push(create(StringStringEntryProtoSchema, { key: "graft", value: JSON.stringify(about) }));
  return toBinary(ModelProtoSchema, proto);
}

/** The file itself, read from the disk, in a session of its own. */
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

function someInput(graph: LayerGraph, { scale, offset }: Network["preprocessing"]): Tensor {
  const rng = new Rng(1);
  const data = new Float32Array(checkedImages * sizeOf(graph.input.shape));
  return { shape: [checkedImages, ...graph.input.shape], data: data.map(() => rng.below(256) * scale + offset) };
}

function difference(found: Float32Array, expected: Float32Array): number {
  if (found.length !== expected.length) return Infinity;
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);
  return found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0) / largest;
}
