/**
 * LoRA (Hu et al. 2021, "LoRA: Low-Rank Adaptation of Large Language Models"): matrices W of the backbone stay frozen and their layers compute with
 * W + alpha / rank · A · B, of which only A and B train. Afterwards the update is added to W, so that the model is an ordinary one.
 */
import { placedLayers, type PlacedLayer } from "../backbone/graphShapes";
import type { Dataset } from "../data/dataset";
import { trainableParameters } from "../engine/parameterLayout";
import { GraftError } from "../../shared/graftError";
import { type FineTuneOptions, planFor, type TrainingPlan } from "../train/fineTuneOptions";
import { headOf } from "../train/headLayers";
import type { TrainingPhase } from "../train/history";
import { type LayerSelection, selectLayers } from "../train/layerSelection";
import type { ModelCore } from "../train/modelCore";
import type { Progress } from "../train/progressReport";

/** Rank and scale of the updates, and how they are trained. */
export interface LoraOptions extends Omit<FineTuneOptions, "batchNorm"> {
  /** Of the updates: 4 to 16 is usual; at most the smaller side of the smallest matrix. */
  readonly rank: number;
  /** The update counts `alpha / rank` times. Default `rank`, that is once. */
  readonly alpha?: number;
}

export function lora(
  core: ModelCore,
  train: Dataset,
  options: LayerSelection & LoraOptions,
  progress?: Progress,
): Promise<TrainingPhase> {
  const { plan, notes } = loraPlan(core, train, options);
  const { validation, plot } = options;
  return core.descend(train, plan, {
    notes,
    ...(validation && { validation }),
    ...(plot !== undefined && { plot }),
    ...(progress && { progress }),
  });
}

/** Says also what trains and what does not. @throws GraftError for options that do not fit, before anything is computed. */
export function loraPlan(
  core: ModelCore,
  train: Dataset,
  options: LayerSelection & LoraOptions,
): { readonly plan: TrainingPlan; readonly notes: readonly string[] } {
  const { rank, alpha = rank } = options;
  const selected = new Set(selectLayers(core.graph, options).map(({ name }) => name));
  const head = new Set(headOf(core.graph, core.featureLayer).map(({ name }) => name));
  const placed = placedLayers(core.graph).filter(({ layer }) => selected.has(layer.name));
  const updated = placed.filter((place) => !head.has(place.layer.name) && matricesOf(place).length > 0);
  checkUpdated(placed, updated);
  checkRank(rank, updated);
  checkAlpha(alpha);
  const layers = updated.map(({ layer }) => layer.name);
  const trained = placed.filter((place) => head.has(place.layer.name) || updated.includes(place));
  const lowRank = { layers, rank, scale: alpha / rank };
  const plan = {
    ...planFor(
      trained.map(({ layer }) => layer.name),
      train,
      options,
    ),
    lowRank,
  };
  const parameters = trainableParameters(placed, { trainable: plan.layers, lowRank });
  const whole = trainableParameters(placed, { trainable: [...selected] });
  const frozen = placed.filter((place) => !trained.includes(place)).map(({ layer }) => layer.name);
  const notes = [
    `Trains ${parameters} numbers where all of these layers have ${whole}: updates of rank ${rank} of ${layers.join(", ")}, and the head in full.`,
    ...(frozen.length === 0 ? [] : [`Frozen, having no matrix to update: ${frozen.join(", ")}.`]),
  ];
  return { plan, notes };
}

interface Matrix {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
}

function matricesOf({ layer, weights }: PlacedLayer): readonly Matrix[] {
  return weights.flatMap(({ name, matrix }) =>
    matrix === undefined ? [] : [{ name: `${layer.name}/${name}`, rows: matrix[0], columns: matrix[1] }],
  );
}

function checkUpdated(selected: readonly PlacedLayer[], updated: readonly PlacedLayer[]): void {
  if (updated.length > 0) return;
  throw new GraftError({
    code: "train/no-matrix",
    expected: "a dense, attention or convolution layer before the head among those to update",
    found: selected.map(({ layer }) => `${layer.name} (${layer.type})`).join(", "),
    remedy: "Select more layers, or train these with fineTune",
  });
}

function checkRank(rank: number, updated: readonly PlacedLayer[]): void {
  const matrices = updated.flatMap(matricesOf);
  const smallest = matrices.reduce((least, matrix) => (sideOf(matrix) < sideOf(least) ? matrix : least));
  const most = sideOf(smallest);
  if (Number.isInteger(rank) && rank >= 1 && rank <= most) return;
  throw new GraftError({
    code: "train/rank",
    expected: `a whole rank from 1 to ${most}, the smaller side of "${smallest.name}" (${smallest.rows} x ${smallest.columns})`,
    found: String(rank),
    remedy:
      rank > most ? "Take a smaller rank, or leave this layer out of the selection" : "Take 4, or another small number",
  });
}

function checkAlpha(alpha: number): void {
  if (Number.isFinite(alpha) && alpha > 0) return;
  throw new GraftError({
    code: "train/alpha",
    expected: "an alpha above 0",
    found: String(alpha),
    remedy: "Leave it out: it is the rank then, and the update counts once",
  });
}

function sideOf({ rows, columns }: Matrix): number {
  return Math.min(rows, columns);
}
