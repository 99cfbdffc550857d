import type { Layer } from "../layerGraph";

/** Of one value, without the batch: `[height, width, channels]`, `[steps, width]` or `[features]`. */
export type Shape = readonly number[];

/** What everybody must know of one kind of layer, whatever computes it: shapes, and the weights that it owns. */
export interface LayerKind<Kind extends Layer> {
  /** @throws GraftError `backbone/layer-shape` when the layer cannot take these inputs. */
  outputShape(layer: Kind, inputs: readonly Shape[]): Shape;
  /** In the order in which Keras keeps them, without the layer's name. Absent: the kind has no weights. */
  weightNames?(layer: Kind): readonly string[];
  /** Of all weights that the kind can have, also those that this layer does without. */
  weightShapes?(layer: Kind, inputs: readonly Shape[]): Readonly<Record<string, Shape>>;
  /** The weights that are one matrix from input to output: how many of their axes, the leading ones, are its rows. */
  matrices?(layer: Kind): Readonly<Record<string, number>>;
}

export interface WeightSpec {
  /** Without the layer's name: `"kernel"`. */
  readonly name: string;
  readonly shape: Shape;
  /** Statistics are state: training moves them without a gradient. Only kernels decay. Constants stay as they are also where all trains. */
  readonly role: "kernel" | "vector" | "statistic" | "constant";
  /** Of a constant that files do not hold: the number that it is everywhere. */
  readonly fill?: number;
  /** Where the weight is one matrix from input (rows) to output (columns), in its memory order: low-rank updates are made of these. */
  readonly matrix?: readonly [rows: number, columns: number];
}

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, side) => product * side, 1);
}
