import type { LayerValue } from "./layerValue";
import type { LayerWriter } from "./layerWriter";
import { type Constant, NoRule, type OperatorNode } from "./operatorGraph";

/** What one operator means in layers. @throws NoRule */
export type OperatorRule = (place: OperatorPlace, node: OperatorNode) => LayerValue;

export type RuleTable = Readonly<Record<string, OperatorRule>>;

export type Value = LayerValue | Constant;

export function isConstant(value: Value): value is Constant {
  return "data" in value;
}

/** An operator with the values that it reads. */
export class OperatorPlace {
  readonly writer: LayerWriter;
  readonly #values: readonly (Value | undefined)[];

  constructor(writer: LayerWriter, values: readonly (Value | undefined)[]) {
    this.writer = writer;
    this.#values = values;
  }

  /** How many inputs there are. */
  get count(): number {
    return this.#values.length;
  }

  value(at: number): Value {
    const value = this.#values[at];
    if (value === undefined) throw new NoRule(`no input ${at}`);
    return value;
  }

  layer(at: number): LayerValue {
    const value = this.value(at);
    if (isConstant(value)) throw new NoRule(`a constant as input ${at}`);
    return value;
  }

  constant(at: number): Constant {
    const value = this.value(at);
    if (!isConstant(value)) throw new NoRule(`input ${at} computed from the image`);
    return value;
  }

  /** The constant, where the input is given. */
  optional(at: number): Constant | undefined {
    return this.#values[at] === undefined ? undefined : this.constant(at);
  }
}
