/** The `model.json` of a tfjs GraphModel as an operator graph: TensorFlow's GraphDef, written as JSON. */
import * as v from "valibot";
import { badModelJson } from "../modelFiles";
import { manifestSchema } from "../storedWeights";
import type { AttributeValue, Constant, OperatorGraph, OperatorNode } from "./operatorGraph";
import { requireOneWay } from "./requireOneWay";

const nodeSchema = v.looseObject({
  name: v.string(),
  op: v.string(),
  input: v.optional(v.array(v.string()), []),
  attr: v.optional(v.record(v.string(), v.looseObject({})), {}),
});
export type GraphDefNode = v.InferOutput<typeof nodeSchema>;

const signatureSchema = v.looseObject({
  outputs: v.optional(v.record(v.string(), v.looseObject({ name: v.optional(v.string()) }))),
});

const graphModelSchema = v.looseObject({
  modelTopology: v.looseObject({ node: v.array(nodeSchema) }),
  weightsManifest: manifestSchema,
  signature: v.optional(signatureSchema),
});
export type GraphModelJson = v.InferOutput<typeof graphModelSchema>;

/** A GraphModel has nodes where a LayersModel has layers. */
export function isGraphModel(modelJson: unknown): boolean {
  return v.is(v.looseObject({ modelTopology: v.looseObject({ node: v.array(v.unknown()) }) }), modelJson);
}

/** @throws GraftError `backbone/bad-model-json`. */
export function parseGraphModel(modelJson: unknown, origin: string): GraphModelJson {
  try {
    return v.parse(graphModelSchema, modelJson);
  } catch (cause) {
    throw badModelJson(origin, cause);
  }
}

/** @throws GraftError `backbone/several-inputs`. */
export function graphModelGraph(
  { modelTopology, signature }: GraphModelJson,
  constants: ReadonlyMap<string, Constant>,
  origin: string,
): OperatorGraph {
  const nodes = inOrder(modelTopology.node).map(operatorOf);
  const inputs = nodes.filter(({ op }) => op.startsWith("Placeholder"));
  const operators = nodes.filter(({ op }) => op !== "Const" && op !== "NoOp" && !op.startsWith("Placeholder"));
  const read = new Set(operators.flatMap((node) => node.inputs));
  const named = Object.values(signature?.outputs ?? {}).flatMap(({ name }) =>
    name === undefined ? [] : [valueName(name)],
  );
  const outputs = named.length > 0 ? named : operators.filter(({ name }) => !read.has(name)).map(({ name }) => name);
  requireOneWay(
    inputs.map(({ name }) => name),
    outputs,
    origin,
  );
  const shape = modelTopology.node.find(({ name }) => name === inputs[0]!.name)?.attr.shape;
  return {
    origin,
    input: { name: inputs[0]!.name, shape: placeholderShape(shape) },
    output: outputs[0]!,
    nodes: operators,
    constants,
  };
}

const shapeSchema = v.looseObject({
  shape: v.looseObject({ dim: v.optional(v.array(v.looseObject({ size: v.union([v.string(), v.number()]) })), []) }),
});

function placeholderShape(value: unknown): (number | undefined)[] {
  const parsed = v.safeParse(shapeSchema, value);
  if (!parsed.success) return [];
  return parsed.output.shape.dim.map(({ size }) => (Number(size) > 0 ? Number(size) : undefined));
}

function operatorOf({ name, op, input, attr }: GraphDefNode): OperatorNode {
  const attributes = Object.entries(attr).flatMap(([key, value]): [string, AttributeValue][] => {
    const read = attributeValue(value);
    return read === undefined ? [] : [[key, read]];
  });
  return {
    name,
    op,
    inputs: input.filter((value) => !value.startsWith("^")).map(valueName),
    outputs: [name],
    attributes: new Map(attributes),
  };
}

/** The first result of an operator is called as the operator is. */
function valueName(name: string): string {
  return name.replace(/:0$/, "");
}

const number = v.pipe(v.union([v.string(), v.number()]), v.transform(Number));
const text = v.union([
  v.pipe(
    v.string(),
    v.transform((base64) => Buffer.from(base64, "base64").toString("utf8")),
  ),
  v.pipe(
    v.array(v.number()),
    v.transform((bytes) => String.fromCharCode(...bytes)),
  ),
]);
const attributeSchema = v.union([
  v.pipe(
    v.looseObject({ i: number }),
    v.transform(({ i }) => i),
  ),
  v.pipe(
    v.looseObject({ f: number }),
    v.transform(({ f }) => f),
  ),
  v.pipe(
    v.looseObject({ b: v.boolean() }),
    v.transform(({ b }) => b),
  ),
  v.pipe(
    v.looseObject({ s: text }),
    v.transform(({ s }) => s),
  ),
  v.pipe(
    v.looseObject({ list: v.looseObject({ i: v.array(number) }) }),
    v.transform(({ list }) => list.i),
  ),
  v.pipe(
    v.looseObject({ list: v.looseObject({ f: v.array(number) }) }),
    v.transform(({ list }) => list.f),
  ),
  v.pipe(
    v.looseObject({ list: v.looseObject({ s: v.array(text) }) }),
    v.transform(({ list }) => list.s),
  ),
]);

/** Undefined for types, shapes and empty lists. */
function attributeValue(value: unknown): AttributeValue | undefined {
  const parsed = v.safeParse(attributeSchema, value);
  return parsed.success ? parsed.output : undefined;
}

function inOrder(nodes: readonly GraphDefNode[]): GraphDefNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const ordered = new Set<GraphDefNode>();
  const waiting = nodes.toReversed();
  const begun = new Set<GraphDefNode>();
  while (waiting.length > 0) {
    const node = waiting.at(-1)!;
    const missing = begun.has(node)
      ? []
      : node.input.flatMap((name) => byName.get(name.replace(/^\^|:\d+$/g, "")) ?? []);
    begun.add(node);
    const unmet = missing.filter((input) => !ordered.has(input) && !begun.has(input));
    if (unmet.length > 0) waiting.push(...unmet);
    else {
      ordered.add(node);
      waiting.pop();
    }
  }
  return [...ordered];
}
