/** A SavedModel as a GraphModel: its part for inference, variables as constants. From there on the two are read in one way. */
import { create, toJson } from "@bufbuild/protobuf";
import { GraftError } from "../../../../shared/graftError";
import type { ModelFiles } from "../../modelFiles";
import type { GraphDefNode, GraphModelJson } from "../graphModelGraph";
import { FlatGraph, type FlatNode, nodeOf } from "./flatGraph";
import { readVariables } from "./readVariables";
import { requireInference } from "./requireInference";
import { type ServedGraph, typeName } from "./servedGraph";
import { withDefaults } from "./strippedDefaults";
import { AttrValueSchema } from "./tensorflow.gen";
import { isReadable, type StoredTensor, tensorFromProto } from "./tensorValues";
import { variableNames } from "./variableNames";

export interface FrozenGraph {
  readonly json: GraphModelJson;
  readonly weights: Buffer;
}

/** As TensorFlow 2, TensorFlow 1 with resources, and TensorFlow 1 have them. */
const variableOps = new Set(["VarHandleOp", "VariableV2", "Variable"]);

/** @throws GraftError as `readSavedModel`. */
export async function frozenGraph(
  files: Pick<ModelFiles, "origin" | "path" | "read">,
  { graph, input, output }: ServedGraph,
): Promise<FrozenGraph> {
  const flat = new FlatGraph(graph, input.name, files.origin);
  const result = flat.resolve(output.name);
  const needed = ancestors(flat, result);
  const tensors = await tensorsOf(files, flat, needed);
  const operators = needed.filter(({ name }) => !tensors.has(name));
  for (const node of operators) requireInference(node, files.origin);
  const inputNode = nodeOf(input.name);
  const nodes = operators.map((node): GraphDefNode => {
    if (node.name !== inputNode) return nodeJson(flat, node);
    const shape = create(AttrValueSchema, { value: { case: "shape", value: input.tensorShape! } });
    return nodeJson(flat, { ...node, op: "Placeholder", attr: { ...node.attr, shape } });
  });
  const constants = [...tensors.keys()].map((name): GraphDefNode => ({ name, op: "Const", input: [], attr: {} }));
  const weights = [...tensors].map(([name, { shape, dtype }]) => ({ name, shape: [...shape], dtype }));
  return {
    json: {
      modelTopology: { node: [...nodes, ...constants], versions: {} },
      weightsManifest: [{ paths: ["weights"], weights }],
      signature: { outputs: { output: { name: result } } },
    },
    weights: Buffer.concat([...tensors.values()].map(({ data }) => new Uint8Array(data.buffer))),
  };
}

/** All that a value is computed from. */
function ancestors(graph: FlatGraph, value: string): FlatNode[] {
  const found = new Set([graph.makerOf(value)]);
  for (const { op, inputs } of found) {
    if (variableOps.has(op)) continue;
    for (const input of inputs) found.add(graph.makerOf(input));
  }
  return [...found];
}

async function tensorsOf(
  files: Pick<ModelFiles, "origin" | "path" | "read">,
  graph: FlatGraph,
  nodes: readonly FlatNode[],
): Promise<ReadonlyMap<string, StoredTensor>> {
  const tensors = new Map<string, StoredTensor>();
  for (const node of nodes) if (node.op === "Const") tensors.set(node.name, constantOf(node, files.origin));
  const variables = nodes.filter(({ op }) => variableOps.has(op)).map(({ name }) => name);
  if (variables.length === 0) return tensors;
  const names = variableNames(graph, files.origin);
  const entries = new Map(variables.map((variable) => [variable, names.get(variable) ?? variable]));
  const read = await readVariables(files, new Set(entries.values()));
  for (const [variable, entry] of entries) tensors.set(variable, read.get(entry)!);
  return tensors;
}

function constantOf({ name, attr: { value } }: FlatNode, origin: string): StoredTensor {
  const tensor = value?.value.case === "tensor" ? value.value.value : undefined;
  if (tensor !== undefined && isReadable(tensor.dtype)) return tensorFromProto(tensor);
  throw new GraftError({
    code: "backbone/unsupported-weights",
    expected: `constants of numbers in ${origin}, floating-point ones in float32`,
    found: `"${name}" of ${tensor === undefined ? "no value" : typeName(tensor.dtype)}`,
    remedy: "Save the model in float32, without texts or tables of words in it",
  });
}

function nodeJson(graph: FlatGraph, { name, op, inputs, attr }: FlatNode): GraphDefNode {
  const own = Object.entries(withDefaults(op, attr)).filter(([key]) => !key.startsWith("_"));
  return {
    name,
    op,
    input: inputs.map((value) => graph.resolve(value).replace(/:0$/, "")),
    attr: Object.fromEntries(
      own.map(([key, value]) => [key, toJson(AttrValueSchema, value) as Record<string, unknown>]),
    ),
  };
}
