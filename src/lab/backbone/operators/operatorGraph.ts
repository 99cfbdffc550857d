/** A network as its file has it: operators that read and make named values. The readers of the formats make it, rules turn it into layers. */
export interface OperatorGraph {
  /** For messages. */
  readonly origin: string;
  readonly input: {
    readonly name: string;
    /** With the batch; undefined where the file leaves a side open. */
    readonly shape: readonly (number | undefined)[];
  };
  /** Name of the value that is the result. */
  readonly output: string;
  /** Each comes after those whose values it reads. */
  readonly nodes: readonly OperatorNode[];
  readonly constants: ReadonlyMap<string, Constant>;
}

export interface OperatorNode {
  readonly name: string;
  /** As the format calls it: `"_FusedConv2D"`, `"Gemm"`. */
  readonly op: string;
  /** Names of values; empty where an optional one is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, AttributeValue>;
}

export type AttributeValue = number | boolean | string | readonly number[] | readonly string[];

export interface Constant {
  readonly shape: readonly number[];
  /** Whole numbers of any width are in float64, which holds them exactly up to 2^53. */
  readonly data: Float32Array | Float64Array;
}

/** Thrown where an operator, or this use of it, is none of our layers. Such an operator can still be run as it is. */
export class NoRule extends Error {}

/** An attribute's number. */
export function numberOf(node: OperatorNode, name: string, fallback: number): number {
  const value = node.attributes.get(name) ?? fallback;
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  throw new NoRule(`${name} ${JSON.stringify(value)}`);
}

export function numbersOf(node: OperatorNode, name: string): readonly number[] | undefined {
  const value = node.attributes.get(name);
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.map(Number);
  throw new NoRule(`${name} ${JSON.stringify(value)}`);
}

export function textOf(node: OperatorNode, name: string, fallback: string): string {
  return String(node.attributes.get(name) ?? fallback);
}

/** The attribute has to be this where it is there. */
export function mustBe(node: OperatorNode, name: string, wanted: AttributeValue): void {
  const value = node.attributes.get(name) ?? wanted;
  if (JSON.stringify(value) !== JSON.stringify(wanted)) throw new NoRule(`${name} ${JSON.stringify(value)}`);
}
