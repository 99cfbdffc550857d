import { expect, it } from "vitest";
import type { TrainingPhase } from "./history";
import { stepSeconds } from "./stepSeconds";

const layers = ["conv1", "conv2", "bn2", "head"];
const phase = (
  trainableLayers: readonly string[],
  steps: number,
  seconds: number,
  options?: object,
): TrainingPhase => ({
  name: "",
  trainableLayers,
  frozenLayers: [],
  steps: Array.from({ length: steps }, (_, i) => ({ step: i + 1, loss: 1 })),
  epochs: [],
  status: "finished",
  notes: [],
  seconds,
  options: { ...options },
});

it("counts layers from the head to the first that trained, the latest training of each", () => {
  const phases = [
    phase(["conv2", "head"], 10, 5, { batchSize: 32 }),
    phase(["head"], 10, 1, { batchSize: 16 }),
    phase(["conv2", "head"], 10, 2, { batchSize: 8 }),
  ];
  expect(stepSeconds(phases, layers)).toEqual([
    { lastLayers: 1, seconds: 0.1, batchSize: 16 },
    { lastLayers: 3, seconds: 0.2, batchSize: 8 },
  ]);
});

it("leaves out what has no batches, no steps, or layers of a head that is gone", () => {
  const phases = [
    phase(["head"], 10, 1),
    phase(["head"], 0, 1, { batchSize: 8 }),
    phase(["head_hidden"], 3, 1, { batchSize: 8 }),
    { ...phase(["head"], 3, 1, { batchSize: 8 }), status: "training" as const },
  ];
  expect(stepSeconds(phases, layers)).toEqual([]);
});
