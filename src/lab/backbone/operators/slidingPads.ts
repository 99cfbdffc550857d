import type { Padding } from "../layerGraph";
import type { Shape } from "../kinds/layerKind";

/** `same` as TensorFlow means it, or rows and columns of zeros: `[top, left, bottom, right]`. */
export type Pads = "same" | readonly [top: number, left: number, bottom: number, right: number];

export interface SlidingPlace {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly pads: Pads;
}

/** The padding that a layer has, and the zeros that have to be put around its input first where that does not say it all. */
export function paddingOf(
  [height, width]: Shape,
  { kernel, strides, pads }: SlidingPlace,
): { readonly padding: Padding; readonly zeros?: readonly [number, number, number, number] } {
  if (pads === "same") return { padding: "same" };
  if (pads.every((pad) => pad === 0)) return { padding: "valid" };
  const [top, bottom] = samePads(height!, kernel[0], strides[0]);
  const [left, right] = samePads(width!, kernel[1], strides[1]);
  return pads.join() === [top, left, bottom, right].join() ? { padding: "same" } : { padding: "valid", zeros: pads };
}

function samePads(size: number, kernel: number, stride: number): readonly [number, number] {
  const missing = Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernel - size);
  return [Math.floor(missing / 2), Math.ceil(missing / 2)];
}
