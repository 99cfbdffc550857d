import { labHost } from "../../shared/labHost";
import type { Dataset } from "../data/dataset";
import type { ExplainOptions, Explanation } from "../explain/explain";
import { explanationFigure } from "./explanationFigure";
import { figureBundle } from "./figureBundle";

/** What can explain itself: a `Model`. */
export interface Explained {
  explain(dataset: Dataset, options: ExplainOptions & { readonly indices: readonly number[] }): Promise<Explanation[]>;
}

/** Which images are explained, and how. */
export type ShowExplanationOptions = ExplainOptions & {
  /** Of the examples. Default: the first six. */
  readonly indices?: readonly number[];
  readonly title?: string;
};

const DEFAULT_EXAMPLES = 6;

/** Images beside themselves with their heat maps, and the explanations that were drawn. */
export async function showExplanation(
  model: Explained,
  dataset: Dataset,
  options: ShowExplanationOptions = {},
): Promise<Explanation[]> {
  const { title = "What speaks for the class", indices = firstOf(dataset) } = options;
  const explanations = await model.explain(dataset, { ...options, indices });
  const labelled = (index: number): string => dataset.classes[dataset.labels[index]!]!;
  labHost().display(figureBundle(explanationFigure(title, explanations, labelled)));
  return explanations;
}

function firstOf({ size }: Dataset): readonly number[] {
  return Array.from({ length: Math.min(DEFAULT_EXAMPLES, size) }, (_, i) => i);
}
