import type { PicturedExample } from "./picture";

/** A look into a dataset. */
export interface ExamplesFigure {
  readonly kind: "examples";
  readonly title: string;
  /** Examples in the dataset. */
  readonly of: number;
  readonly classes: number;
  /** Decided which ones are shown. */
  readonly seed: number;
  /** Class by class. */
  readonly examples: readonly (PicturedExample & { readonly labelled: string })[];
  readonly live: false;
}
