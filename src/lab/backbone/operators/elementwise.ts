/** Arithmetic between two values, one of which may be a constant: a factor or a summand for each channel. */
import { asFloats } from "./kernels";
import { type LayerValue, sourceShape } from "./layerValue";
import { type Constant, NoRule, type OperatorNode } from "./operatorGraph";
import { isConstant, type OperatorPlace, type OperatorRule } from "./operatorRule";

const one = Float32Array.of(1);
const zero = Float32Array.of(0);
const negated = (values: Float32Array) => values.map((value) => -value);

export const add: OperatorRule = (place, node) => {
  const { values, constant } = operands(place);
  if (constant === undefined) return place.writer.merge(node, "Add", values);
  return place.writer.affine(node, values[0]!, one, channelVector(values[0]!, constant));
};

export const multiply: OperatorRule = (place, node) => {
  const { values, constant } = operands(place);
  if (constant === undefined) return place.writer.merge(node, "Multiply", values);
  return place.writer.affine(node, values[0]!, channelVector(values[0]!, constant), zero);
};

export const subtract: OperatorRule = (place, node) => {
  const { values, constant, isFirst } = operands(place);
  if (constant === undefined) throw new NoRule("a difference of two computed values");
  const vector = channelVector(values[0]!, constant);
  return isFirst
    ? place.writer.affine(node, values[0]!, negated(one), vector)
    : place.writer.affine(node, values[0]!, one, negated(vector));
};

export const divide: OperatorRule = (place, node) => {
  const { values, constant, isFirst } = operands(place);
  if (constant === undefined || isFirst) throw new NoRule("a division by a computed value");
  const inverse = channelVector(values[0]!, constant).map((value) => 1 / value);
  return place.writer.affine(node, values[0]!, inverse, zero);
};

interface Operands {
  readonly values: readonly LayerValue[];
  readonly constant?: Constant;
  /** Whether the constant is the first operand. */
  readonly isFirst?: boolean;
}

function operands(place: OperatorPlace): Operands {
  const [a, b] = [place.value(0), place.value(1)];
  if (isConstant(a)) return { values: [place.layer(1)], constant: a, isFirst: true };
  return isConstant(b) ? { values: [a], constant: b, isFirst: false } : { values: [a, b] };
}

/** One number, or one for each channel. */
export function channelVector(value: LayerValue, constant: Constant): Float32Array {
  const numbers = asFloats(constant);
  if (numbers.length === 1) return numbers;
  const sides = [1, ...sourceShape(value)];
  const channelAxis = value.channelsFirst ? 1 : sides.length - 1;
  const lead = sides.length - constant.shape.length;
  const fits = constant.shape.every((side, i) => side === (lead + i === channelAxis ? sides[channelAxis] : 1));
  if (lead < 0 || !fits) throw new NoRule(`a constant of ${constant.shape.join(" x ")} beside ${sides.join(" x ")}`);
  return numbers;
}

/** Whether all numbers of a constant are this one. */
export function isAll(constant: Constant | undefined, wanted: number): boolean {
  return constant?.data.every((value) => value === wanted) ?? false;
}

export function activationOf(
  place: OperatorPlace,
  node: OperatorNode,
  low: Constant | undefined,
  high: Constant | undefined,
) {
  const from = low === undefined ? -Infinity : low.data[0]!;
  const to = high === undefined ? Infinity : high.data[0]!;
  if (from === 0 && to === 6) return place.writer.activation(node, place.layer(0), "relu6");
  // What a float32 cannot exceed is no limit.
  if (from === 0 && to >= 3.4e38) return place.writer.activation(node, place.layer(0), "relu");
  throw new NoRule(`limits ${from} and ${to}`);
}
