import type { CurvePhase, EmbeddingFigure, Figure } from "./figure";

/** What stands under a figure, as short sentences. The same words in the editor, in JupyterLab, on GitHub, in a terminal. */
export function figureCaption(figure: Figure): string[] {
  switch (figure.kind) {
    case "curves":
      return figure.phases.map(phaseSentence);
    case "embedding":
      return embeddingCaption(figure);
    case "comparison":
      return [
        "Mean test accuracy over seeds with its 95 % interval; gain is the paired difference to training from scratch.",
      ];
  }
}

/** How people write the names of the methods. */
const methodNames = { tsne: "t-SNE" } as const satisfies Record<EmbeddingFigure["method"], string>;

function phaseSentence({ name, fromStep, toStep, trainableLayers, frozenLayers, status }: CurvePhase): string {
  const steps = count(toStep - fromStep, "step");
  const ending = status === "finished" ? "" : `, ${status}`;
  return `${name}: ${steps}, ${count(trainableLayers.length, "layer")} trained, ${frozenLayers.length} frozen${ending}.`;
}

function embeddingCaption({
  method,
  x,
  parameters,
  quality,
  notes,
  live,
  iteration,
  iterations,
}: EmbeddingFigure): string[] {
  const { perplexity, seed, layer } = parameters;
  const made = `${methodNames[method]} of ${count(x.length, "example")} at ${layer}, perplexity ${perplexity}, seed ${seed}.`;
  const state = live ? [`Iteration ${iteration} of ${iterations}.`] : [];
  const measured =
    quality === undefined
      ? []
      : [
          `Trustworthiness ${quality.trustworthiness.toFixed(3)}, neighbour recall ${quality.neighbourRecall.toFixed(3)} (k = ${quality.neighbours}).`,
        ];
  return [made, ...state, ...measured, ...notes, "Distances between clusters are not to be read."];
}

function count(n: number, noun: string): string {
  return `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
}
