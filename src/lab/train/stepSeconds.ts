import type { StepSeconds } from "../../shared/sessionState";
import type { TrainingPhase } from "./history";

/** What the latest gradient descent of each number of last layers took for a step. `layers`: names of those with weights, from input to head. */
export function stepSeconds(phases: readonly TrainingPhase[], layers: readonly string[]): StepSeconds[] {
  const measured = new Map<number, StepSeconds>();
  for (const { trainableLayers, options, steps, seconds, status } of phases) {
    const first = layers.findIndex((name) => trainableLayers.includes(name));
    const batchSize = options?.batchSize;
    if (first < 0 || typeof batchSize !== "number" || steps.length === 0 || status === "training") continue;
    const lastLayers = layers.length - first;
    measured.set(lastLayers, { lastLayers, seconds: seconds / steps.length, batchSize });
  }
  return [...measured.values()].sort((a, b) => a.lastLayers - b.lastLayers);
}
