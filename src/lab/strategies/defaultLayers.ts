/**
 * How many layers to train by the number of labels, the textbook's rule (Bishop & Bishop 2024, section 6.3.4): where labels are very scarce the head alone,
 * with more of them several of the last layers, with plenty the whole network at a very small rate.
 */
import type { LayerGraph } from "../backbone/layerGraph";
import type { Dataset } from "../data/dataset";
import type { FineTuneOptions } from "../train/fineTuneOptions";
import type { LayerSelection, OptionalSelection } from "../train/layerSelection";
import type { ModelCore } from "../train/modelCore";
import { layerGroups } from "./layerGroups";

/** How deep a training reaches from the head. */
export type Depth = "head" | "last block" | "last half" | "all layers";

/** From the fewest layers to the most; `upTo`: labels a class, on average, below which it is chosen. A rule of thumb, not a law. */
export const depthTable: readonly { readonly depth: Depth; readonly upTo: number; readonly why: string }[] = [
  { depth: "head", upTo: 5, why: "very few, so only the head is trained" },
  { depth: "last block", upTo: 50, why: "few, so the head is trained with the last layer before it" },
  { depth: "last half", upTo: 500, why: "enough for the last half of the layers" },
  { depth: "all layers", upTo: Infinity, why: "enough for the whole network, at a very small learning rate" },
];

export interface DefaultLayers {
  readonly depth: Depth;
  readonly selection: LayerSelection;
  /** As a sentence. */
  readonly reason: string;
}

/** @param featureLayer What the head reads. */
export function defaultLayers(graph: LayerGraph, featureLayer: string, train: Dataset): DefaultLayers {
  const labelsPerClass = train.size / train.classes.length;
  const { depth, why } = depthTable.find(({ upTo }) => labelsPerClass < upTo)!;
  const rounded = Number(labelsPerClass.toPrecision(2));
  return {
    depth,
    selection: layersOf(graph, featureLayer, depth),
    reason: `${train.size} labels are ${rounded} a class: ${why}.`,
  };
}

export function layersOf(graph: LayerGraph, featureLayer: string, depth: Depth): LayerSelection {
  const groups = layerGroups(graph, featureLayer);
  const count = (taken: number) => groups.slice(-taken).reduce((sum, group) => sum + group.length, 0);
  switch (depth) {
    case "head":
      return { lastLayers: count(1) };
    case "last block":
      return { lastLayers: count(Math.min(2, groups.length)) };
    case "last half":
      return { lastLayers: count(Math.min(groups.length, Math.max(2, Math.ceil(groups.length / 2)))) };
    case "all layers":
      return { all: true };
  }
}

/** Which layers, in the end: by default as many as the number of labels allows. */
export type StagedOptions = OptionalSelection & FineTuneOptions;

export interface ChosenLayers {
  readonly selection: LayerSelection;
  /** All other options. */
  readonly settings: FineTuneOptions;
  /** That and why they were chosen for the person. */
  readonly notes: readonly string[];
}

export function chosenLayers(core: ModelCore, train: Dataset, options: StagedOptions): ChosenLayers {
  const { lastLayers, fromLayer, all, ...settings } = options;
  const given = Object.entries({ lastLayers, fromLayer, all }).filter(([, value]) => value !== undefined);
  // Several of them are refused where the layers are selected.
  if (given.length > 0)
    return { selection: Object.fromEntries(given) as unknown as LayerSelection, settings, notes: [] };
  const { selection, reason } = defaultLayers(core.graph, core.featureLayer, train);
  return { selection, settings, notes: [reason] };
}
