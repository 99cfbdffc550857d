import type { Figure } from "./figure";
import type { PlotlyFigure, PlotlyOptions } from "./plotlyFigure";

export type KindName = Figure["kind"];
export type FigureOf<Kind extends KindName> = Extract<Figure, { readonly kind: Kind }>;

/** What has to be known of a kind of figure wherever it is drawn; one file a kind in `figures/`, all of them in `figureKinds.ts`. */
export interface FigureKind<F extends Figure> {
  /** What stands under the figure, as short sentences: what it shows, how it is read, what was measured. */
  caption(figure: F): string[];
  /** Draws only; title and caption are the caller's. */
  plotly(figure: F, options: PlotlyOptions): PlotlyFigure;
  /** The figure's data, whole and as numbers: what "Save as CSV" writes. */
  table(figure: F): FigureTable;
  /** How far a live figure is. */
  progress(figure: F): string;
}

export interface FigureTable {
  readonly header: readonly string[];
  /** As long as the header; what is not known is undefined. */
  readonly rows: readonly (readonly (string | number | undefined)[])[];
}

/** One function for each kind of figure. */
export type ForEachKind<Rest extends readonly unknown[], Result> = {
  readonly [Kind in KindName]: (figure: FigureOf<Kind>, ...rest: Rest) => Result;
};

/** Calls the function of the figure's own kind. */
export function forKindOf<Rest extends readonly unknown[], Result>(
  table: ForEachKind<Rest, Result>,
  figure: Figure,
  ...rest: Rest
): Result {
  return (table[figure.kind] as (figure: Figure, ...rest: Rest) => Result)(figure, ...rest);
}
