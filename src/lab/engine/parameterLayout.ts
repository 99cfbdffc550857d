import { GraftError } from "../../shared/graftError";
import type { PlacedLayer } from "../backbone/graphShapes";

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
}

/** @throws GraftError when `trainable` names no layer, or nothing with weights. */
export function parameterLayout(layers: readonly PlacedLayer[], trainable: readonly string[]): ParameterLayout {
  const unknown = trainable.find((name) => !layers.some(({ layer }) => layer.name === name));
  if (unknown !== undefined) {
    throw new GraftError({
      code: "engine/unknown-layer",
      expected: `trainable layers among ${layers.map(({ layer }) => layer.name).join(", ")}`,
      found: `"${unknown}"`,
      remedy: "Name layers of the graph that is trained",
    });
  }
  const arrays = { parameters: new Array<Slot>(), statistics: new Array<Slot>(), frozen: new Array<Slot>() };
  for (const { layer, weights } of layers) {
    for (const spec of weights) {
      const trained = spec.role === "statistic" ? arrays.statistics : arrays.parameters;
      const slots = trainable.includes(layer.name) ? trained : arrays.frozen;
      const size = spec.shape.reduce((product, length) => product * length, 1);
      slots.push({ key: `${layer.name}/${spec.name}`, layer, spec, offset: lengthOf(slots), size });
    }
  }
  if (arrays.parameters.length === 0) {
    throw new GraftError({
      code: "engine/nothing-trainable",
      expected: "at least one trainable layer that has weights",
      found: trainable.length === 0 ? "none" : trainable.join(", "),
      remedy: "Unfreeze a layer, or train a head",
    });
  }
  return arrays;
}

/** Numbers in the flat array of these slots. */
export function lengthOf(slots: readonly Slot[]): number {
  const last = slots.at(-1);
  return last ? last.offset + last.size : 0;
}
