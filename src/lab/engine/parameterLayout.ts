import { GraftError } from "../../shared/graftError";
import type { PlacedLayer } from "../backbone/graphShapes";
import { type LowRankUpdate, lowRankUpdates, type TrainedLayers } from "./lowRank";

/** A weight's place in one of the flat arrays that training works on. */
export interface Slot {
  /** `layer/weight`. */
  readonly key: string;
  readonly layer: PlacedLayer["layer"];
  readonly spec: PlacedLayer["weights"][number];
  readonly offset: number;
  readonly size: number;
}

/**
 * All weights of a graph in three flat arrays: `parameters` follow gradients, `statistics` are moved by trained batch norms,
 * `frozen` stay as they are. One optimizer update over one array is faster than one for each weight.
 */
export interface ParameterLayout {
  readonly parameters: readonly Slot[];
  readonly statistics: readonly Slot[];
  readonly frozen: readonly Slot[];
  /** Of frozen weights, by factors that are among the parameters. */
  readonly lowRank: readonly LowRankUpdate[];
}

/** @throws GraftError when `trainable` names no layer, or nothing with weights; `engine/low-rank`. */
export function parameterLayout(layers: readonly PlacedLayer[], trained: TrainedLayers): ParameterLayout {
  const { trainable } = trained;
  const unknown = trainable.find((name) => !layers.some(({ layer }) => layer.name === name));
  if (unknown !== undefined) {
    throw new GraftError({
      code: "engine/unknown-layer",
      expected: `trainable layers among ${layers.map(({ layer }) => layer.name).join(", ")}`,
      found: `"${unknown}"`,
      remedy: "Name layers of the graph that is trained",
    });
  }
  const layout = arrangedSlots(layers, trained);
  if (layout.parameters.length > 0) return layout;
  throw new GraftError({
    code: "engine/nothing-trainable",
    expected: "at least one trainable layer that has weights",
    found: trainable.length === 0 ? "none" : trainable.join(", "),
    remedy: "Unfreeze a layer, or train a head",
  });
}

/** How many numbers follow gradients. */
export function trainableParameters(layers: readonly PlacedLayer[], trained: TrainedLayers): number {
  return lengthOf(arrangedSlots(layers, trained).parameters);
}

function arrangedSlots(layers: readonly PlacedLayer[], trained: TrainedLayers): ParameterLayout {
  const lowRank = lowRankUpdates(layers, trained);
  const arrays = { parameters: new Array<Slot>(), statistics: new Array<Slot>(), frozen: new Array<Slot>() };
  const add = (slots: Slot[], layer: Slot["layer"], spec: Slot["spec"]) => {
    const size = spec.shape.reduce((product, length) => product * length, 1);
    slots.push({ key: `${layer.name}/${spec.name}`, layer, spec, offset: lengthOf(slots), size });
  };
  for (const { layer, weights } of layers) {
    const updates = lowRank.filter((update) => update.layer.name === layer.name);
    const isTrained = trained.trainable.includes(layer.name) && updates.length === 0;
    for (const spec of weights) {
      const slots = spec.role === "statistic" ? arrays.statistics : arrays.parameters;
      add(isTrained && spec.role !== "constant" ? slots : arrays.frozen, layer, spec);
    }
    for (const spec of updates.flatMap(({ a, b }) => [a, b])) add(arrays.parameters, layer, spec);
  }
  return { ...arrays, lowRank };
}

/** Numbers in the flat array of these slots. */
export function lengthOf(slots: readonly Slot[]): number {
  const last = slots.at(-1);
  return last ? last.offset + last.size : 0;
}
