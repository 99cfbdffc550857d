/** An ONNX file as an operator graph. */
import type { AttributeProto, GraphProto, ModelProto, NodeProto, ValueInfoProto } from "../../engine/onnx/onnx.gen";
import { AttributeProto_AttributeType as Kind } from "../../engine/onnx/onnx.gen";
import { GraftError } from "../../../shared/graftError";
import { onnxConstant } from "./onnxConstant";
import type { AttributeValue, Constant, OperatorGraph, OperatorNode } from "./operatorGraph";
import { requireOneWay } from "./requireOneWay";

/** @throws GraftError `backbone/several-inputs`, `backbone/unsupported-weights`. */
export function onnxGraph(model: ModelProto, origin: string): OperatorGraph {
  const { graph } = model;
  if (graph === undefined) throw notOnnx(origin, "a file without a graph");
  const constants = new Map<string, Constant>();
  for (const tensor of graph.initializer) constants.set(tensor.name, onnxConstant(tensor, origin));
  for (const node of graph.node) {
    const value = node.opType === "Constant" ? constantOf(node, origin) : undefined;
    if (value) constants.set(node.output[0]!, value);
  }
  // Old files list their weights among the inputs.
  const inputs = graph.input.filter(({ name }) => !constants.has(name));
  requireOneWay(
    inputs.map(({ name }) => name),
    graph.output.map(({ name }) => name),
    origin,
  );
  return {
    origin,
    input: { name: inputs[0]!.name, shape: shapeOf(inputs[0]!, origin) },
    output: graph.output[0]!.name,
    nodes: operators(graph, constants),
    constants,
  };
}

export function notOnnx(origin: string, found: string, cause?: unknown): GraftError {
  return new GraftError({
    code: "backbone/bad-onnx",
    expected: `an ONNX model in ${origin}`,
    found,
    remedy: "Export or download the model again",
    cause,
  });
}

function operators(graph: GraphProto, constants: ReadonlyMap<string, Constant>): OperatorNode[] {
  const nodes = graph.node.filter(({ output }) => !constants.has(output[0]!));
  return nodes.map((node) => ({
    name: node.name === "" ? node.output[0]! : node.name,
    op: node.domain === "" || node.domain === "ai.onnx" ? node.opType : `${node.domain}.${node.opType}`,
    inputs: node.input,
    outputs: node.output,
    attributes: new Map(
      node.attribute.flatMap((attribute): [string, AttributeValue][] => {
        const value = attributeValue(attribute);
        return value === undefined ? [] : [[attribute.name, value]];
      }),
    ),
  }));
}

function attributeValue(attribute: AttributeProto): AttributeValue | undefined {
  switch (attribute.type) {
    case Kind.FLOAT:
      return attribute.f;
    case Kind.INT:
      return Number(attribute.i);
    case Kind.STRING:
      return Buffer.from(attribute.s).toString("utf8");
    case Kind.FLOATS:
      return attribute.floats;
    case Kind.INTS:
      return attribute.ints.map(Number);
    default:
      return undefined;
  }
}

function constantOf({ attribute }: NodeProto, origin: string): Constant | undefined {
  const [value] = attribute;
  switch (value?.name) {
    case "value":
      return onnxConstant(value.t!, origin);
    case "value_float":
      return { shape: [], data: Float32Array.of(value.f) };
    case "value_floats":
      return { shape: [value.floats.length], data: Float32Array.from(value.floats) };
    case "value_int":
      return { shape: [], data: Float64Array.of(Number(value.i)) };
    case "value_ints":
      return { shape: [value.ints.length], data: Float64Array.from(value.ints, Number) };
    default:
      return undefined;
  }
}

function shapeOf({ name, type }: ValueInfoProto, origin: string): (number | undefined)[] {
  if (type?.value.case !== "tensorType" || type.value.value.elemType !== 1) {
    throw new GraftError({
      code: "backbone/input-type",
      expected: `float32 numbers as the input of ${origin}`,
      found: `input "${name}" of another type`,
      remedy: "Export the model with a float32 input",
    });
  }
  const dims = type.value.value.shape?.dim ?? [];
  return dims.map(({ value }) => (value.case === "dimValue" && value.value > 0n ? Number(value.value) : undefined));
}
