/** A tfjs GraphModel that can be asked: what it is made of, and what it computes in tfjs. */
import type * as tfjs from "@tensorflow/tfjs";
import { useFastestBackend } from "../../engine/tfjs/installedBackends";
import { onBackend } from "../../engine/tfjs/backend";
import { loadTensorLibrary, ownRequire, type TensorLibrary, type TfTensor } from "../../engine/tfjs/tensorLibrary";
import { sizeOf } from "../kinds/layerKind";
import type { Layer, LayerGraph, OperatorConstant, OperatorWeight, Tensor } from "../layerGraph";
import type { ModelFiles } from "../modelFiles";
import { GraftError } from "../../../shared/graftError";
import { type GraphModelJson, graphModelGraph, parseGraphModel } from "./graphModelGraph";
import { asFloats } from "./kernels";
import type { Constant, OperatorGraph } from "./operatorGraph";
import type { OpaquePart, OperatorSource, SourceTensor } from "./operatorSource";
import { tensorflowRules } from "./tensorflowRules";

type GraphModelFiles = Pick<ModelFiles, "origin" | "modelJson" | "shard">;

/** @throws GraftError `backbone/bad-model-json`, `backbone/missing-shard`, `backbone/truncated-shard`, `backbone/several-inputs`. */
export async function graphModelSource(files: GraphModelFiles): Promise<OperatorSource> {
  const { tf, backend, json, artifacts, constants } = await readGraph(files);
  const graph = graphModelGraph(json, constants, files.origin);
  return {
    graph,
    rules: tensorflowRules,
    shapeOperator: "Shape",
    channelsFirst: () => false,
    run: (input, values) => run(tf, backend, artifacts, graph, input, values),
    opaqueLayer: (name, input, part) => opaqueLayer(json, graph, name, input, part),
  };
}

/** Every weight and number of a GraphModel by its name. @throws GraftError as `graphModelSource`. */
export async function graphModelConstants(files: GraphModelFiles): Promise<ReadonlyMap<string, Constant>> {
  return (await readGraph(files)).constants;
}

async function readGraph(files: GraphModelFiles) {
  const { origin } = files;
  const json = parseGraphModel(await files.modelJson(), origin);
  const tf = await loadTensorLibrary();
  const ofCells = tf.getBackend();
  const backend = await useFastestBackend(tf, ownRequire());
  if (ofCells && ofCells !== backend) await tf.setBackend(ofCells);
  const artifacts = await artifactsOf(json, files);
  const constants = onBackend(tf, backend, () => constantsOf(tf, artifacts, origin));
  return { tf, backend, json, artifacts, constants };
}

type Artifacts = Required<Pick<tfjs.io.ModelArtifacts, "modelTopology" | "weightSpecs">> & {
  readonly weightData: ArrayBuffer;
};

async function artifactsOf(json: GraphModelJson, files: Pick<ModelFiles, "shard">): Promise<Artifacts> {
  const { modelTopology, weightsManifest } = json;
  const shards = await Promise.all(weightsManifest.flatMap(({ paths }) => paths).map((path) => files.shard(path)));
  return {
    modelTopology,
    weightSpecs: weightsManifest.flatMap(({ weights }) => weights) as tfjs.io.WeightsManifestEntry[],
    weightData: Uint8Array.from(Buffer.concat(shards)).buffer,
  };
}

function constantsOf(tf: TensorLibrary, { weightSpecs, weightData }: Artifacts, origin: string): Map<string, Constant> {
  const needed = weightSpecs.reduce((sum, weight) => sum + bytesOf(weight), 0);
  if (weightData.byteLength < needed) {
    throw new GraftError({
      code: "backbone/truncated-shard",
      expected: `${needed} bytes in the shards of ${origin}`,
      found: `${weightData.byteLength} bytes`,
      remedy: "Copy or download the model again; a shard was probably cut off",
    });
  }
  const tensors = tf.io.decodeWeights(weightData, weightSpecs);
  const numbers = Object.entries(tensors).filter(([, { dtype }]) => dtype !== "string");
  const constants = new Map(
    numbers.map(([name, tensor]): [string, Constant] => {
      const data = tensor.dataSync();
      return [
        name,
        { shape: tensor.shape, data: data instanceof Float32Array ? data.slice() : Float64Array.from(data) },
      ];
    }),
  );
  tf.dispose(tensors);
  return constants;
}

/** Texts have no fixed length: they count as nothing. */
function bytesOf({ shape, dtype, quantization }: tfjs.io.WeightsManifestEntry): number {
  const widths: Readonly<Record<string, number>> = { float32: 4, int32: 4, float16: 2, uint16: 2, uint8: 1, bool: 1 };
  return sizeOf(shape) * (widths[quantization?.dtype ?? dtype] ?? 0);
}

/** One image after the other: a batch may be fixed to 1. */
async function run(
  tf: TensorLibrary,
  backend: string,
  artifacts: Artifacts,
  { input: { name } }: OperatorGraph,
  { shape: [rows = 0, ...sides], data }: Tensor,
  values: readonly string[],
): Promise<ReadonlyMap<string, SourceTensor>> {
  const size = sizeOf(sides);
  const model = await tf.loadGraphModel(tf.io.fromMemory(artifacts));
  try {
    const found = Array.from({ length: rows }, (_, row) =>
      onBackend(tf, backend, () =>
        contentsOf(tf, () =>
          model.execute({ [name]: tf.tensor(data.slice(row * size, (row + 1) * size), [1, ...sides]) }, [...values]),
        ),
      ),
    );
    return new Map(values.map((value, i) => [value, joined(found.map((tensors) => tensors[i]!))]));
  } finally {
    model.dispose();
  }
}

function contentsOf(tf: TensorLibrary, execute: () => TfTensor | TfTensor[]): SourceTensor[] {
  const contents: SourceTensor[] = [];
  tf.tidy(() => {
    for (const tensor of [execute()].flat()) {
      const data = tensor.dtype === "float32" ? (tensor.dataSync() as Float32Array).slice() : undefined;
      contents.push({ shape: tensor.shape, data });
    }
  });
  return contents;
}

function joined(tensors: readonly SourceTensor[]): SourceTensor {
  const shape = [tensors.length, ...tensors[0]!.shape.slice(1)];
  const size = sizeOf(shape.slice(1));
  if (tensors.some(({ data }) => data?.length !== size)) return { shape, data: undefined };
  const data = new Float32Array(tensors.length * size);
  tensors.forEach((tensor, i) => data.set(tensor.data!, i * size));
  return { shape, data };
}

function opaqueLayer(
  { modelTopology, weightsManifest }: GraphModelJson,
  graph: OperatorGraph,
  name: string,
  input: LayerGraph["input"],
  { nodes, outputs, operators }: OpaquePart,
): { readonly layer: Layer; readonly weights: ReadonlyMap<string, Tensor> } {
  const kept = new Set(nodes.map((node) => node.name));
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  const dtypes = new Map(
    weightsManifest.flatMap(({ weights }) => weights.map((weight) => [weight.name, weight.dtype])),
  );
  const weights: OperatorWeight[] = [];
  const constants: OperatorConstant[] = [];
  const tensors = new Map<string, Tensor>();
  for (const [value, constant] of graph.constants) {
    if (!read.has(value)) continue;
    if (constant.data instanceof Float32Array && constant.shape.length > 0) {
      const weight = { name: String(weights.length), shape: constant.shape, value };
      weights.push(weight);
      tensors.set(`${name}/${weight.name}`, { shape: constant.shape, data: asFloats(constant) });
    } else {
      const dtype = dtypes.get(value) as OperatorConstant["dtype"];
      constants.push({ name: value, shape: constant.shape, dtype, values: [...constant.data] });
    }
  }
  const fed = new Set(weights.map(({ value }) => value));
  const own = modelTopology.node.filter(
    (node) => kept.has(node.name) || read.has(node.name) || node.name === graph.input.name,
  );
  const layer: Layer = {
    type: "TensorFlowOperators",
    name,
    inputs: [input.name],
    nodes: own.map((node) =>
      fed.has(node.name) ? { ...node, op: "Placeholder", attr: { dtype: { type: "DT_FLOAT" } } } : node,
    ),
    constants,
    operators,
    inputValue: graph.input.name,
    channelsFirst: false,
    outputs,
    weights,
  };
  return { layer, weights: tensors };
}
