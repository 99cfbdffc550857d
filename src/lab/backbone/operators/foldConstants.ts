/**
 * Operators on constants alone, worked out when a model is read. Exporters compute shapes this way (`Shape`, `Gather`, `Concat`, `Reshape`); the
 * batch is -1 in them, which is what a reshape takes for "whatever it is".
 */
import { sizeOf, type Shape } from "../kinds/layerKind";
import { foldArithmetic } from "./foldArithmetic";
import { permuted } from "./kernels";
import { type LayerValue, sourceShape } from "./layerValue";
import { type Constant, NoRule, numberOf, numbersOf, type OperatorNode } from "./operatorGraph";

type Folding = (node: OperatorNode, inputs: readonly Constant[]) => Constant;

const same: Folding = (_, [x]) => x!;

const foldings: Readonly<Record<string, Folding>> = {
  Identity: same,
  Cast: same,
  Concat: (node, inputs) => joined(inputs, numberOf(node, "axis", 0)),
  ConcatV2: (_, inputs) => joined(inputs.slice(0, -1), inputs.at(-1)!.data[0]!),
  Pack: (_, inputs) => list(inputs.flatMap(({ data }) => [...data])),
  Unsqueeze: (_, [x]) => list([...x!.data]),
  ExpandDims: (_, [x]) => list([...x!.data]),
  Squeeze: (_, [x]) => ({ shape: x!.data.length === 1 ? [] : [x!.data.length], data: x!.data }),
  Gather(_, [x, at]) {
    const picked = [...at!.data].map((i) => x!.data[i < 0 ? i + x!.data.length : i]!);
    return { shape: at!.shape, data: Float64Array.from(picked) };
  },
  GatherV2: (node, inputs) => foldings.Gather!(node, inputs),
  Slice: (node, [x, from, to]) => {
    const starts = from ? [...from.data] : numbersOf(node, "starts");
    const ends = to ? [...to.data] : numbersOf(node, "ends");
    if (starts?.length !== 1 || ends?.length !== 1) throw new NoRule("a slice of several axes");
    return list([...x!.data].slice(starts[0], ends[0]));
  },
  StridedSlice(node, [x, from, to, step]) {
    if (x!.shape.length !== 1 || step?.data[0] !== 1) throw new NoRule("a slice of several axes");
    const begin = numberOf(node, "begin_mask", 0) === 1 ? 0 : from!.data[0]!;
    const end = numberOf(node, "end_mask", 0) === 1 ? x!.data.length : to!.data[0]!;
    if (numberOf(node, "shrink_axis_mask", 0) === 1)
      return { shape: [], data: Float64Array.of([...x!.data].at(begin)!) };
    return list([...x!.data].slice(begin, end));
  },
  Transpose(node, [x, order]) {
    return permuted(
      x!,
      order ? [...order.data] : (numbersOf(node, "perm") ?? x!.shape.map((_, axis) => axis).reverse()),
    );
  },
  Reshape: (_, [x, target]) => ({ shape: resolved([...target!.data], x!.shape), data: x!.data }),
};

/** Undefined for an operator that is not worked out. */
export function foldConstants(node: OperatorNode, inputs: readonly Constant[]): Constant | undefined {
  return Object.hasOwn(foldings, node.op) ? foldings[node.op]!(node, inputs) : foldArithmetic(node.op, inputs);
}

/** What `Shape` says of a value, the batch being -1. */
export function shapeConstant(value: LayerValue): Constant {
  return list([-1, ...sourceShape(value)]);
}

/** A target shape with its -1 worked out, and 0 as ONNX means it: the side that was there. */
export function resolved(target: readonly number[], from: Shape): Shape {
  const sides = target.map((side, i) => (side === 0 ? from[i]! : side));
  const known = sizeOf(sides.filter((side) => side >= 0));
  return sides.map((side) => (side < 0 ? sizeOf(from) / known : side));
}

function list(numbers: readonly number[]): Constant {
  return { shape: [numbers.length], data: Float64Array.from(numbers) };
}

function joined(inputs: readonly Constant[], axis: number): Constant {
  if (axis !== 0 || inputs.some(({ shape }) => shape.length > 1))
    throw new NoRule("constants joined along an inner axis");
  return list(inputs.flatMap(({ data }) => [...data]));
}
