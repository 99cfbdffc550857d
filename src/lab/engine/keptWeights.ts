/** Weights as the flat arrays that a training works on, and back. */
import { GraftError } from "../../shared/graftError";
import type { Weights } from "../backbone/layerGraph";
import { weightOf } from "./checkedGraph";
import { lengthOf, type ParameterLayout, type Slot } from "./parameterLayout";

/** Weights without what the optimizer remembers. */
export interface KeptWeights {
  readonly parameters: Float32Array;
  readonly statistics: Float32Array;
}

/** @throws GraftError when a weight is missing or has another shape. */
export function filled(slots: readonly Slot[], weights: Weights): Float32Array {
  const flat = new Float32Array(lengthOf(slots));
  for (const { layer, spec, offset } of slots) flat.set(weightOf(weights, layer, spec).data, offset);
  return flat;
}

/** A new map: trained weights from `kept`, all others as they are in `initial`. */
export function mergedWeights(layout: ParameterLayout, initial: Weights, kept: KeptWeights): Weights {
  const result = new Map([...initial].map(([key, { shape, data }]) => [key, { shape, data: data.slice() }]));
  const put = (slots: readonly Slot[], flat: Float32Array) => {
    for (const { key, spec, offset, size } of slots) {
      result.set(key, { shape: spec.shape, data: flat.slice(offset, offset + size) });
    }
  };
  put(layout.parameters, kept.parameters);
  put(layout.statistics, kept.statistics);
  return result;
}

/** Weights of their own in a snapshot's slots, beginning with `prefix`. */
export function keptInSlots({ parameters, statistics }: ParameterLayout, slots: Weights, prefix: string): KeptWeights {
  return {
    parameters: slotOf(slots, `${prefix} parameters`, lengthOf(parameters)).slice(),
    statistics: slotOf(slots, `${prefix} statistics`, lengthOf(statistics)).slice(),
  };
}

/** @throws GraftError `engine/snapshot` when it is missing or of another length. */
export function slotOf(slots: Weights, name: string, length: number): Float32Array {
  const data = slots.get(name)?.data;
  if (data?.length === length) return data;
  throw new GraftError({
    code: "engine/snapshot",
    expected: `${length} numbers of "${name}" in the snapshot to go on from`,
    found: data === undefined ? "none" : `${data.length}`,
    remedy: "Go on from a snapshot of this training, or start it anew",
  });
}
