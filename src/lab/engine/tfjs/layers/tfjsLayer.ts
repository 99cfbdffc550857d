/**
 * How one kind of layer is computed with operations of tfjs. Values lie as people see them: images `[batch, height, width,
 * channels]`, sequences `[batch, steps, width]`, features `[batch, features]`. Gradients are tfjs's own, so that what is written
 * here once is the engine and the reference that compiled gradients are held against. To add a kind: one function, one row in
 * `tfjsLayerTable.ts`.
 */
import type { Shape } from "../../../backbone/kinds/layerKind";
import type { Layer } from "../../../backbone/layerGraph";
import type { TensorLibrary, TfTensor } from "../tensorLibrary";

export type TfjsLayer<Kind extends Layer> = (
  place: TfjsPlace,
  layer: Kind,
  inputs: readonly [TfTensor, ...TfTensor[]],
) => TfTensor;

/** The place of one layer in a pass. */
export interface TfjsPlace {
  readonly tf: TensorLibrary;
  readonly outputShape: Shape;
  /** Training mode: batch statistics, and dropout. False for frozen layers also while others train. */
  readonly trains: boolean;
  /** A weight of this layer, shaped as Keras keeps it. */
  readonly weight: (name: string) => TfTensor;
  /** The next value of a statistic of this layer. */
  readonly update: (name: string, value: TfTensor) => void;
  /** Random factors for dropout, one for each element of `shape`: 0, or 1 / (1 - rate). */
  readonly mask: (shape: readonly number[]) => TfTensor;
  /** The person's own layer. */
  readonly custom: () => (inputs: readonly TfTensor[]) => TfTensor;
}
