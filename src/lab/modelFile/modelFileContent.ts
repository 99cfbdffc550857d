import type { TrainingPhase } from "../train/history";
import type { ModelParts } from "../train/modelCore";

/** All of a model that a file keeps: what a new `Model` is made of. */
export type ModelFileContent = Omit<ModelParts, "checkpoints"> & { readonly history: readonly TrainingPhase[] };

/** The entries of a `.graft` file. Weights are a safetensors file of their own, so that other programs can read them. */
export const entryNames = {
  model: "model.json",
  history: "history.json",
  weights: "weights.safetensors",
} as const;
