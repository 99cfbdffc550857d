/** Cells that show a figure. */

export interface EmbeddingPlan {
  readonly model: string;
  readonly dataset: string;
  readonly method: "tsne" | "umap" | "pca";
  /** Undefined: the features in front of the head. */
  readonly layer: string | undefined;
  /** Undefined: all examples. */
  readonly maximumExamples: number | undefined;
}

export function embeddingCell({ model, dataset, method, layer, maximumExamples }: EmbeddingPlan): string {
  const options = [
    `method: "${method}"`,
    ...(layer === undefined ? [] : [`layer: ${JSON.stringify(layer)}`]),
    ...(maximumExamples === undefined ? [] : [`maximumExamples: ${maximumExamples}`]),
  ];
  return withShow(`const plot = await show.embedding(${model}, ${dataset}, { ${options.join(", ")} });`);
}

/** Of several models over the same steps, by their names. */
export function curvesCell(models: readonly string[]): string {
  const [only] = models;
  const named = models.map((model) => (model.includes(".") ? `${JSON.stringify(model)}: ${model}` : model));
  return withShow(`show.curves(${models.length === 1 && only !== undefined ? only : `{ ${named.join(", ")} }`});`);
}

export function confusionCell(model: string, dataset: string): string {
  return withShow(`await show.confusion(${model}, ${dataset});`);
}

function withShow(code: string): string {
  return `import { show } from "graft";\n\n${code}`;
}
