/** One figure of each kind, made from a seed: what goldens, renderer tests and screenshots draw. Not part of any bundle. */
import type { ComparisonFigure, ComparisonRow, ExplanationFigure } from "./figure";

export { exampleCurves, exampleRuns } from "./exampleCurves";
export { exampleEmbedding } from "./exampleEmbedding";

export function exampleComparison(): ComparisonFigure {
  const row = (
    strategy: ComparisonRow["strategy"],
    detail: string,
    labels: number,
    accuracy: number,
    half: number,
    gain: number | undefined,
    seconds: number,
    trunkPasses: number,
  ): ComparisonRow => ({
    strategy,
    detail,
    labels,
    seeds: 10,
    accuracy,
    interval: [accuracy - half, accuracy + half],
    ...(gain === undefined ? {} : { gain: { mean: gain, interval: [gain - 0.02, gain + 0.02] } }),
    seconds,
    trunkPasses,
  });
  return {
    kind: "comparison",
    title: "Strategies compared",
    rows: [
      row("scratch", "all layers", 10, 0.41, 0.05, undefined, 2.1, 0),
      row("head", "head", 10, 0.49, 0.04, 0.08, 0.3, 1),
      row("last 2 layers", "last 2 layers: conv4, head", 10, 0.5, 0.04, 0.09, 0.9, 2),
      row("scratch", "all layers", 50, 0.66, 0.028, undefined, 3.4, 0),
      row("head", "head", 50, 0.72, 0.016, 0.06, 0.4, 1),
      row("last 2 layers", "last 2 layers: conv4, head", 50, 0.76, 0.015, 0.1, 1.6, 2),
      row("scratch", "all layers", 250, 0.87, 0.012, undefined, 9.2, 0),
      row("head", "head", 250, 0.83, 0.008, -0.04, 0.6, 1),
      row("last 2 layers", "last 2 layers: conv4, head", 250, 0.9, 0.006, 0.03, 4.8, 2),
    ],
    live: false,
  };
}

/** A bright bar in six by six pixels, and heat over its upper end. */
const BAR =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAYAAAAGCAAAAADFp7CUAAAAEUlEQVR4XmMQEXn2TESECAoACgEMqbADlgUAAAAASUVORK5CYII=";
const WARM =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAYAAAAGCAYAAADgzO9IAAAARUlEQVR4XmO4ZKTh8iBXo/3NbI1VIAxig8QYrtprhD9r0pjx7YjGERAGsUFiuHWcldMA67oTo1EBwiA2SAwsgQ1jCMAwAFUFObdl2pj1AAAAAElFTkSuQmCC";

export function exampleExplanation(): ExplanationFigure {
  const names = ["one", "seven", "one", "four"];
  return {
    kind: "explanation",
    title: "What speaks for the class",
    method: "gradCam",
    layer: "conv4",
    examples: names.map((name, i) => ({
      ...{ index: 3 * i, height: 6, width: 6, image: BAR, heat: WARM, warmest: [1, 2] },
      ...{ name, probability: 0.98 - 0.2 * i, labelled: "one" },
    })),
    live: false,
  };
}
