/** How tfjs calls the kernels of a backend. */
import type { TfTensor } from "./tensorLibrary";

export type Inputs = Readonly<Record<string, TfTensor>>;

/** In tfjs' words; each kernel has those that it needs. */
export interface Attributes {
  readonly strides: number | [number, number];
  readonly dilations?: number | [number, number];
  readonly pad: "same" | "valid" | number;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly filterShape: [number, number, number, number];
  readonly filterSize: number | [number, number];
  readonly inputShape: [number, number, number, number];
  readonly numSegments: number;
}
