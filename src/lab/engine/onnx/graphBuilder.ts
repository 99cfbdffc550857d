/**
 * Writes ONNX models node by node. A `Value` is a tensor in the graph with its shape; every method that adds a node
 * answers with the value it makes. Names are the builder's business, except those of inputs and outputs.
 */
import { create, toBinary, type MessageInitShape } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  ModelProtoSchema,
  TensorProto_DataType,
  type AttributeProtoSchema,
  type NodeProto,
  type NodeProtoSchema,
  type TensorProto,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from "./onnx.gen";

/** Operator set 18 with IR 8: read by every ONNX runtime since 2023. */
const leastOpset = 18;
const irVersion = 8n;

/** A dimension is a count, or the name of one that is only known when the graph runs: `"batch"`. */
export type Dimension = number | string;
export type ElementType = "float32" | "float64" | "int32" | "int64" | "bool";
export type Attribute = number | readonly number[] | string | { readonly float: number };

export interface Value {
  readonly name: string;
  readonly shape: readonly Dimension[];
  readonly type: ElementType;
}

type NodeInit = MessageInitShape<typeof NodeProtoSchema>;
type AttributeInit = MessageInitShape<typeof AttributeProtoSchema>;

/** What `Cast` takes as `to`. */
export const dataTypes: Record<ElementType, TensorProto_DataType> = {
  float32: TensorProto_DataType.FLOAT,
  float64: TensorProto_DataType.DOUBLE,
  int32: TensorProto_DataType.INT32,
  int64: TensorProto_DataType.INT64,
  bool: TensorProto_DataType.BOOL,
};

export class GraphBuilder {
  readonly #nodes: { op: string; inputs: string[]; outputs: string[]; attributes: AttributeInit[] }[] = [];
  readonly #inputs: Value[] = [];
  readonly #outputs: Value[] = [];
  readonly #initializers: MessageInitShape<typeof TensorProtoSchema>[] = [];
  readonly #constants = new Map<string, Value>();
  /** What a value is called in the file where that differs: outputs get their names without a copying node. */
  readonly #renamed = new Map<string, string>();
  #count = 0;
  #opset = leastOpset;

  input(name: string, shape: readonly Dimension[], type: ElementType = "float32"): Value {
    const value = { name, shape, type };
    this.#inputs.push(value);
    return value;
  }

  /** Adds a node with one output. Number attributes are integers; wrap floats as `{ float: 0.5 }`. */
  node(
    op: string,
    inputs: readonly Value[],
    shape: readonly Dimension[],
    attributes: Record<string, Attribute> = {},
    type: ElementType = "float32",
  ): Value {
    return this.nodes(op, inputs, [shape], attributes, type)[0]!;
  }

  /** Adds a node with an output of each of these shapes, all of one type. */
  nodes(
    op: string,
    inputs: readonly Value[],
    shapes: readonly (readonly Dimension[])[],
    attributes: Record<string, Attribute> = {},
    type: ElementType = "float32",
  ): readonly Value[] {
    const values = shapes.map((shape) => ({ name: `${op}_${this.#count++}`, shape, type }));
    this.#nodes.push({
      op,
      inputs: inputs.map(({ name }) => name),
      outputs: values.map(({ name }) => name),
      attributes: Object.entries(attributes).map(([name, value]) => attributeProto(name, value)),
    });
    return values;
  }

  /** Adds nodes of another model as they are. `nameHere` is what a value of theirs is called in this one. */
  splice(nodes: readonly NodeProto[], opset: number, nameHere: (name: string) => string): void {
    this.#opset = Math.max(this.#opset, opset);
    for (const { opType, input, output, attribute } of nodes) {
      const named = (names: readonly string[]) => names.map((name) => (name === "" ? "" : nameHere(name)));
      this.#nodes.push({ op: opType, inputs: named(input), outputs: named(output), attributes: attribute });
    }
  }

  /** A constant of another model as it is. */
  constant(tensor: TensorProto, name: string): void {
    this.#initializers.push({ ...tensor, name });
  }

  floats(data: Float32Array, shape: readonly number[], name = `constant_${this.#count++}`): Value {
    return this.#initializer(name, "float32", shape, data);
  }

  ints(data: Int32Array, shape: readonly number[]): Value {
    return this.#initializer(`constant_${this.#count++}`, "int32", shape, data);
  }

  scalar(number: number): Value {
    return this.#shared(`scalar ${number}`, () => this.floats(Float32Array.of(number), []));
  }

  /** The small integer lists that operators take as inputs: axes, shapes. */
  longs(numbers: readonly number[]): Value {
    return this.#shared(`longs ${numbers.join()}`, () =>
      this.#initializer(
        `constant_${this.#count++}`,
        "int64",
        [numbers.length],
        BigInt64Array.from(numbers, (number) => BigInt(number)),
      ),
    );
  }

  /** At most one dimension may be named; it becomes -1. */
  reshape(x: Value, shape: readonly Dimension[]): Value {
    if (x.shape.length === shape.length && x.shape.every((size, axis) => size === shape[axis])) return x;
    const sizes = shape.map((size) => (typeof size === "number" ? size : -1));
    return this.node("Reshape", [x, this.longs(sizes)], shape, {}, x.type);
  }

  transpose(x: Value, permutation: readonly number[]): Value {
    const shape = permutation.map((axis) => x.shape[axis]!);
    return this.node("Transpose", [x], shape, { perm: permutation }, x.type);
  }

  /** `ReduceSum`, `ReduceMean`, `ReduceMax` over `axes`, which stay as 1 when `keep`. */
  reduce(op: "ReduceSum" | "ReduceMean" | "ReduceMax", x: Value, axes: readonly number[], keep: boolean): Value {
    const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const shape = keep ? kept : kept.filter((_, axis) => !axes.includes(axis));
    return this.node(op, [x, this.longs(axes)], shape, { keepdims: keep ? 1 : 0 });
  }

  /** Elementwise with the shape of `a`, to which `b` broadcasts. */
  binary(op: "Add" | "Sub" | "Mul" | "Div", a: Value, b: Value): Value {
    return this.node(op, [a, b], a.shape);
  }

  output(name: string, value: Value): void {
    const isNode = this.#nodes.some(({ outputs }) => outputs.includes(value.name));
    const own = isNode && !this.#renamed.has(value.name) ? value : this.node("Identity", [value], value.shape);
    this.#renamed.set(own.name, name);
    this.#outputs.push({ ...own, name });
  }

  /** The model as the bytes of an `.onnx` file, without what no output depends on: ONNX Runtime would compute it. */
  toBytes(graphName: string): Uint8Array {
    const rename = (name: string) => this.#renamed.get(name) ?? name;
    const needed = new Set(this.#outputs.map(({ name }) => name));
    const node = this.#nodes.toReversed().flatMap(({ op, inputs, outputs, attributes }): NodeInit[] => {
      const output = outputs.map(rename);
      if (!output.some((name) => needed.has(name))) return [];
      const input = inputs.map(rename);
      for (const name of input) needed.add(name);
      return [{ opType: op, name: outputs[0]!, input, output, attribute: attributes }];
    });
    const graph = {
      name: graphName,
      node: node.toReversed(),
      initializer: this.#initializers.filter(({ name }) => needed.has(name!)),
      input: this.#inputs.map(valueInfo),
      output: this.#outputs.map(valueInfo),
    };
    return toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, {
        irVersion,
        producerName: "graft",
        opsetImport: [{ version: BigInt(this.#opset) }],
        graph,
      }),
    );
  }

  #initializer(
    name: string,
    type: ElementType,
    shape: readonly number[],
    data: Float32Array | Int32Array | BigInt64Array,
  ): Value {
    this.#initializers.push({
      name,
      dataType: dataTypes[type],
      dims: shape.map((size) => BigInt(size)),
      rawData: new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
    });
    return { name, shape, type };
  }

  #shared(key: string, make: () => Value): Value {
    const value = this.#constants.get(key) ?? make();
    this.#constants.set(key, value);
    return value;
  }
}

function valueInfo({ name, shape, type }: Value): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = shape.map((size) =>
    typeof size === "number"
      ? { value: { case: "dimValue" as const, value: BigInt(size) } }
      : { value: { case: "dimParam" as const, value: size } },
  );
  return { name, type: { value: { case: "tensorType", value: { elemType: dataTypes[type], shape: { dim } } } } };
}

function attributeProto(name: string, value: Attribute): MessageInitShape<typeof AttributeProtoSchema> {
  if (typeof value === "number") return { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) };
  if (typeof value === "string") {
    return { name, type: AttributeProto_AttributeType.STRING, s: new TextEncoder().encode(value) };
  }
  if ("float" in value) return { name, type: AttributeProto_AttributeType.FLOAT, f: value.float };
  return { name, type: AttributeProto_AttributeType.INTS, ints: value.map((item) => BigInt(item)) };
}
