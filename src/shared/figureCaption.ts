import type { CurvePhase, EmbeddingFigure, ExplanationFigure, Figure } from "./figure";

/** What stands under a figure, as short sentences. The same words in the editor, in JupyterLab, on GitHub, in a terminal. */
export function figureCaption(figure: Figure): string[] {
  switch (figure.kind) {
    case "curves":
      return figure.phases.flatMap((phase) => [phaseSentence(phase), ...(phase.notes ?? [])]);
    case "embedding":
      return embeddingCaption(figure);
    case "comparison":
      return [
        "Mean test accuracy over seeds with its 95 % interval; gain is the paired difference to training from scratch.",
      ];
    case "explanation":
      return explanationCaption(figure);
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

function explanationCaption({ method, layer, examples }: ExplanationFigure): string[] {
  const made = method === "gradCam" ? `Grad-CAM at ${layer ?? "the last maps"}` : "Occlusion by a moving patch";
  const cold = examples.some(({ warmest }) => warmest === undefined) ? ["No heat: nothing speaks for the class."] : [];
  return [`${made}; the warmer, the more a pixel speaks for the class, each image on a scale of its own.`, ...cold];
}

function count(n: number, noun: string): string {
  return `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
}
