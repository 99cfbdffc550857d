/** What an epoch of fine-tuning costs, from the steps that were measured. */
import type { StepSeconds } from "../../../shared/sessionState";

/**
 * Seconds of an epoch over `examples` with so many last layers. Where only others have been measured: a bound, as more layers take
 * longer. Undefined before anything was measured.
 */
export function epochCost(
  measured: readonly StepSeconds[],
  lastLayers: number,
  examples: number,
): { readonly is: "about" | "below" | "above"; readonly seconds: number } | undefined {
  const below = measured.findLast((step) => step.lastLayers <= lastLayers);
  const above = measured.find((step) => step.lastLayers >= lastLayers);
  if (below?.lastLayers === lastLayers) {
    return { is: "about", seconds: epoch(below, examples) };
  }
  if (above !== undefined) {
    return { is: "below", seconds: epoch(above, examples) };
  }
  return below === undefined ? undefined : { is: "above", seconds: epoch(below, examples) };
}

function epoch({ seconds, batchSize }: StepSeconds, examples: number): number {
  return Math.ceil(examples / batchSize) * seconds;
}

/** `"0.04 s"`, `"3.2 s"`, `"45 s"`, `"12 min"`. */
export function secondsText(seconds: number): string {
  if (seconds >= 100) return `${Math.round(seconds / 60)} min`;
  return `${seconds >= 10 ? Math.round(seconds) : Number(seconds.toPrecision(seconds < 1 ? 1 : 2))} s`;
}
