/** An ONNX model that can be asked: what it is made of, and what it computes in onnxruntime. */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { InferenceSession } from "onnxruntime-node";
import {
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  ValueInfoProtoSchema,
} from "../../engine/onnx/onnx.gen";
import { Runtime } from "../../engine/runtime";
import { sizeOf } from "../kinds/layerKind";
import type { Layer, LayerGraph, OperatorWeight, Tensor } from "../layerGraph";
import { GraftError } from "../../../shared/graftError";
import { freeBatch } from "./freeBatch";
import { asFloats } from "./kernels";
import { notOnnx, onnxGraph } from "./onnxGraph";
import { onnxRules } from "./onnxRules";
import type { OperatorGraph } from "./operatorGraph";
import type { OpaquePart, OperatorSource, SourceTensor } from "./operatorSource";
import { upgradeNodes } from "./upgradeNodes";
import { widenOnnx } from "./widenOnnx";

/** What the rules know how to read; what is run as it is has to be of the second one at least. */
const leastOpset = 7;
const leastOpaqueOpset = 13;

export interface OnnxSource extends OperatorSource {
  readonly metadata: ReadonlyMap<string, string>;
}

/** @throws GraftError `backbone/bad-onnx`, `backbone/opset`, and those of `onnxGraph`. */
export function onnxSource(bytes: Uint8Array, origin: string): OnnxSource {
  const model = modelOf(bytes, origin);
  const opset = requireOpset(model, leastOpset, origin);
  widenOnnx(model);
  const graph = onnxGraph(model, origin);
  return {
    graph,
    metadata: new Map(model.metadataProps.map(({ key, value }) => [key, value])),
    rules: onnxRules,
    shapeOperator: "Shape",
    channelsFirst: (value) => isChannelsFirst(graph, value),
    run: (input, values) => run(model, graph, input, values),
    opaqueLayer(name, input, part) {
      requireOpset(model, leastOpaqueOpset, origin);
      return opaqueLayer(model, graph, { name, input, part, opset });
    },
  };
}

function modelOf(bytes: Uint8Array, origin: string): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw notOnnx(origin, "bytes that are none", cause);
  }
}

function requireOpset({ opsetImport }: ModelProto, least: number, origin: string): number {
  const opset = Number(opsetImport.find(({ domain }) => domain === "" || domain === "ai.onnx")?.version ?? 1);
  if (opset >= least) return opset;
  throw new GraftError({
    code: "backbone/opset",
    expected: `ONNX's operator set ${least} or newer in ${origin}`,
    found: `operator set ${opset}`,
    remedy: "Convert it, e.g. with Python: onnx.version_converter.convert_version(model, 18)",
  });
}

/** What reads a value first tells: a transpose to channels first says that they come last. */
function isChannelsFirst(graph: OperatorGraph, value: string): boolean {
  const reached = new Set([value]);
  for (const node of graph.nodes) {
    if (!node.inputs.some((name) => reached.has(name))) continue;
    if (node.op === "Transpose") {
      const order = node.attributes.get("perm");
      return !(Array.isArray(order) && order.join() === "0,3,1,2");
    }
    if (node.op === "Conv" || node.op.endsWith("Pool")) return true;
    for (const name of node.outputs) reached.add(name);
  }
  return true;
}

/** One image after the other: a batch may be fixed to 1. */
async function run(
  model: ModelProto,
  { input: { name, shape } }: OperatorGraph,
  { shape: [rows = 0, ...sides], data }: Tensor,
  values: readonly string[],
): Promise<ReadonlyMap<string, SourceTensor>> {
  const runtime = new Runtime(1);
  try {
    const session = await runtime.session("source", () => withOutputs(model, values));
    const { Tensor: OrtTensor } = await runtime.ort();
    const batch = shape[0] ?? 1;
    const size = sizeOf(sides);
    const found: InferenceSession.ReturnType[] = [];
    for (let row = 0; row < rows; row++) {
      const images = new Float32Array(batch * size);
      images.set(data.subarray(row * size, (row + 1) * size));
      found.push(await session.run({ [name]: new OrtTensor("float32", images, [batch, ...sides]) }));
    }
    return new Map(
      values.map((value) => [
        value,
        joined(
          found.map((outputs) => outputs[value]!),
          batch,
        ),
      ]),
    );
  } finally {
    await runtime.dispose();
  }
}

function joined(tensors: readonly InferenceSession.ReturnType[string][], batch: number): SourceTensor {
  const [first] = tensors as [InferenceSession.ReturnType[string]];
  const shape = [tensors.length, ...first.dims.slice(1)];
  if (first.type !== "float32" || first.dims[0] !== batch) return { shape, data: undefined };
  const size = sizeOf(first.dims.slice(1));
  const data = new Float32Array(tensors.length * size);
  tensors.forEach((tensor, i) => data.set((tensor.data as Float32Array).subarray(0, size), i * size));
  return { shape, data };
}

/** The same model with these values as its outputs. */
function withOutputs(model: ModelProto, values: readonly string[]): Uint8Array {
  const graph = model.graph!;
  const known = new Map(graph.output.map((output) => [output.name, output]));
  const output = values.map((name) => known.get(name) ?? create(ValueInfoProtoSchema, { name }));
  return toBinary(ModelProtoSchema, { ...model, graph: { ...graph, output } });
}

interface OpaquePlace {
  readonly name: string;
  readonly input: LayerGraph["input"];
  readonly part: OpaquePart;
  readonly opset: number;
}

function opaqueLayer(
  model: ModelProto,
  graph: OperatorGraph,
  { name, input, part: { nodes, outputs, operators }, opset }: OpaquePlace,
): { readonly layer: Layer; readonly weights: ReadonlyMap<string, Tensor> } {
  const proto = model.graph!;
  const opaque = new Set(nodes.flatMap((node) => node.outputs));
  const read = new Set(nodes.flatMap((node) => node.inputs));
  const own = proto.node.filter(({ output }) => output.some((value) => opaque.has(value)));
  requireSelfContained(own, graph.origin);
  const weights: OperatorWeight[] = [];
  const tensors = new Map<string, Tensor>();
  const small = tensorsOf(proto).filter((tensor) => {
    if (!read.has(tensor.name)) return false;
    const constant = graph.constants.get(tensor.name)!;
    if (tensor.dataType !== 1 || constant.shape.length === 0) return true;
    const weight = { name: String(weights.length), shape: constant.shape, value: tensor.name };
    weights.push(weight);
    tensors.set(`${name}/${weight.name}`, { shape: constant.shape, data: asFloats(constant) });
    return false;
  });
  const upgraded = upgradeNodes(own, opset);
  const constants = graph.input.shape[0] === 1 ? freeBatch(own, small) : small;
  const bytes = toBinary(
    GraphProtoSchema,
    create(GraphProtoSchema, { name, node: [...upgraded.nodes], initializer: [...constants, ...upgraded.constants] }),
  );
  const layer: Layer = {
    type: "OnnxOperators",
    name,
    inputs: [input.name],
    opset,
    graph: Buffer.from(bytes).toString("base64"),
    operators,
    inputValue: graph.input.name,
    channelsFirst: input.shape.length === 3 && isChannelsFirst(graph, graph.input.name),
    outputs,
    weights,
  };
  return { layer, weights: tensors };
}

/** Those of the file, and those that nodes bring. */
function tensorsOf({ initializer, node }: GraphProto): readonly TensorProto[] {
  const brought = node.flatMap(({ opType, attribute: [value], output }): TensorProto[] =>
    opType === "Constant" && value?.t !== undefined ? [{ ...value.t, name: output[0]! }] : [],
  );
  return [...initializer, ...brought];
}

/** Operators that bring a graph or a definition of their own would be torn out of what they belong to. */
function requireSelfContained(nodes: readonly NodeProto[], origin: string): void {
  const foreign = nodes.find(
    ({ domain, attribute }) =>
      (domain !== "" && domain !== "ai.onnx") ||
      attribute.some(({ g, graphs }) => g !== undefined || graphs.length > 0),
  );
  if (foreign === undefined) return;
  throw new GraftError({
    code: "backbone/unsupported-operator",
    expected: `operators of ONNX itself, without branches or loops, in ${origin}`,
    found: `${foreign.domain === "" ? "" : `${foreign.domain}.`}${foreign.opType} "${foreign.name}"`,
    remedy: "Export the model without it, or cut it off before",
  });
}
