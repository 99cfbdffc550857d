import type { Backbone } from "../backbone/backbone";
import type { Dataset } from "../data/dataset";
import type { FineTuneOptions } from "../train/fineTuneOptions";
import type { LabRuntime } from "../train/labRuntime";
import { fromScratchOn, graftOn } from "../train/graft";
import type { Model } from "../train/model";
import { transferRecipe, scratchRecipe } from "./recipes";

/**
 * How to get a classifier out of few labels: `"scratch"` trains the backbone's architecture from random weights; `"head"` solves
 * a new head on the frozen backbone; `{ lastLayers: N }` does that and then fine-tunes the last N layers. Settings that
 * are given replace those of the built-in recipe.
 */
export type Strategy = "scratch" | "head" | LastLayersStrategy;

export interface LastLayersStrategy {
  readonly lastLayers: number;
  readonly learningRate?: number;
  readonly epochs?: number;
  readonly batchSize?: number;
}

export function strategyKind(strategy: Strategy): "scratch" | "head" | "lastN" {
  return typeof strategy === "string" ? strategy : "lastN";
}

/** Trains one model by a strategy; the same seed gives the same model. */
export async function trainBy(
  strategy: Strategy,
  runtime: LabRuntime,
  backbone: Backbone,
  train: Dataset,
  seed: number,
): Promise<Model> {
  // Thrown away once it is measured: nothing to go on with.
  const options = { classes: train.classes, seed, checkpoints: false };
  if (strategy === "scratch") {
    const model = fromScratchOn(runtime, backbone, options);
    await model.fineTune(train, { ...quiet, ...scratchRecipe(train.size), lastLayers: "all", seed });
    return model;
  }
  const model = graftOn(runtime, backbone, options);
  await model.trainHead(train, { plot: false });
  if (strategy !== "head") {
    const recipe: Partial<FineTuneOptions> = transferRecipe(train.size);
    await model.fineTune(train, { ...quiet, ...recipe, ...strategy, seed });
  }
  return model;
}

/** A comparison reports progress and draws as a whole. */
const quiet = { plot: false } as const;
