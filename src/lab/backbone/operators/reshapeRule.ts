/** Reshaping in the operator graph's terms: targets with the batch, in the order of its axes. */
import { resolved } from "./foldConstants";
import { type LayerValue, sourceShape } from "./layerValue";
import { NoRule, type OperatorNode } from "./operatorGraph";
import type { OperatorPlace } from "./operatorRule";

/** `target` with the batch first, which is -1, 0 or a number; at most one other side may be -1. */
export function reshaped(
  { writer }: OperatorPlace,
  node: OperatorNode,
  x: LayerValue,
  target: readonly number[],
  channelsFirst: boolean,
): LayerValue {
  const [batch, ...rest] = target;
  if (batch === undefined || rest.length === 0) throw new NoRule("images joined into one row");
  const from = sourceShape(x);
  // -1 for the batch where another side is -1 too would be ambiguous; where none is, it is the batch.
  const sides = resolved(
    rest.map((side, i) => (side === 0 ? from[i]! : side)),
    from,
  );
  if (batch > 1 || !sides.every((side) => Number.isInteger(side) && side > 0))
    throw new NoRule(`[${target.join(", ")}] as a shape`);
  const images = channelsFirst && !(sides.length === 3 && sides[0] === 1 && sides[1] === 1);
  return writer.reshape(node, x, sides, images);
}

export function squeezed(
  place: OperatorPlace,
  node: OperatorNode,
  axes: readonly number[] | undefined,
  channelsFirst: boolean,
): LayerValue {
  const x = place.layer(0);
  const sides = [-1, ...sourceShape(x)];
  const gone = axes?.length
    ? axes.map((axis) => (axis < 0 ? axis + sides.length : axis))
    : sides.flatMap((side, i) => (side === 1 ? [i] : []));
  if (gone.some((axis) => sides[axis] !== 1)) throw new NoRule(`axes ${gone.join(", ")} taken away`);
  return reshaped(
    place,
    node,
    x,
    sides.filter((_, axis) => !gone.includes(axis)),
    channelsFirst,
  );
}

export function unsqueezed(
  place: OperatorPlace,
  node: OperatorNode,
  axes: readonly number[],
  channelsFirst: boolean,
): LayerValue {
  const x = place.layer(0);
  const sides = [-1, ...sourceShape(x)];
  const rank = sides.length + axes.length;
  const added = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)));
  let at = 0;
  const target = Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : sides[at++]!));
  if (target[0] !== -1) throw new NoRule("an axis before the batch");
  return reshaped(place, node, x, target, channelsFirst);
}
