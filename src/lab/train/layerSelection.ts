import { pathTo } from "../backbone/cutGraph";
import { weightedLayers } from "../backbone/graphShapes";
import type { Layer, LayerGraph } from "../backbone/layerGraph";
import { nearestNames } from "../backbone/nearestNames";
import type { LowRank } from "../engine/lowRank";
import { GraftError } from "../../shared/graftError";

/**
 * Which layers train: one of three ways to say it, on every strategy that takes layers. Counted and named are layers that have weights, batch norm being one;
 * activations, pooling and dropout do not count. `model.summary()` shows the numbers and the names.
 */
export type LayerSelection = LastLayers | FromLayer | AllLayers;

/** `{ lastLayers: 3 }`: so many, counted from the head, which is 1. */
export interface LastLayers {
  readonly lastLayers: number;
  readonly fromLayer?: never;
  readonly all?: never;
}

/** `{ fromLayer: "conv4" }`: this layer and everything behind it. */
export interface FromLayer {
  readonly fromLayer: string;
  readonly lastLayers?: never;
  readonly all?: never;
}

/** `{ all: true }`: the whole network. */
export interface AllLayers {
  readonly all: true;
  readonly lastLayers?: never;
  readonly fromLayer?: never;
}

/** Or none of them, where a strategy has a choice of its own. */
export type OptionalSelection =
  LayerSelection | { readonly lastLayers?: never; readonly fromLayer?: never; readonly all?: never };

/**
 * The layers with weights that a selection means, from input to head.
 *
 * @throws GraftError `train/no-selection`, `train/several-selections`, `train/last-layers`, `train/unknown-layer` with the nearest names,
 * `train/branching-layer` for a layer that stands beside others.
 */
export function selectLayers(graph: LayerGraph, selection: LayerSelection): readonly Layer[] {
  const { lastLayers, fromLayer, all } = requireOne(selection);
  if (all) return weightedLayers(graph);
  return fromLayer === undefined ? lastLayersOf(graph, lastLayers!) : layersFrom(graph, fromLayer);
}

/** Whether these are all layers that have weights. */
export function isWholeNetwork(graph: LayerGraph, layers: readonly Layer[]): boolean {
  return layers.length === weightedLayers(graph).length;
}

interface Selected {
  readonly lastLayers?: number;
  readonly fromLayer?: string;
  readonly all?: boolean;
}

function requireOne(selection: Selected): Selected {
  const given = (["lastLayers", "fromLayer", "all"] as const).filter((key) => selection[key] !== undefined);
  if (given.length === 1 && selection.all !== false) return selection;
  const several = given.length > 1;
  throw new GraftError({
    code: several ? "train/several-selections" : "train/no-selection",
    expected: 'one of { lastLayers: 3 }, { fromLayer: "name" } and { all: true }',
    found: given.length === 0 ? "none" : given.map((key) => `${key}: ${String(selection[key])}`).join(", "),
    remedy: several ? "Leave all but one of them out" : "Say which layers to train; model.summary() lists them",
  });
}

function lastLayersOf(graph: LayerGraph, lastLayers: number): readonly Layer[] {
  const layers = weightedLayers(graph);
  if (Number.isInteger(lastLayers) && lastLayers >= 1 && lastLayers <= layers.length) return layers.slice(-lastLayers);
  const counted = [...layers].reverse().map((layer, i) => `${i + 1} ${layer.name}`);
  throw new GraftError({
    code: "train/last-layers",
    expected: `lastLayers from 1 to ${layers.length}, counted from the head: ${counted.join(", ")}`,
    found: String(lastLayers),
    remedy: "Choose one of these numbers, or { all: true }",
  });
}

function layersFrom(graph: LayerGraph, name: string): readonly Layer[] {
  const path = pathTo(graph, graph.output);
  if (!path.layers.some((layer) => layer.name === name)) {
    const names = path.layers.map((layer) => layer.name);
    const [nearest] = nearestNames(name, names);
    throw new GraftError({
      code: "train/unknown-layer",
      expected: `fromLayer to be one of the layers ${names.join(", ")}`,
      found: `"${name}"`,
      remedy: `Did you mean "${nearest!}"?`,
    });
  }
  const before = new Set(pathTo(graph, name).layers.map((layer) => layer.name));
  const behind = behindLayer(path, name);
  const layers = weightedLayers(path);
  const beside = layers.filter((layer) => !before.has(layer.name) && !behind.has(layer.name));
  if (beside.length > 0) {
    const parting = path.layers.findLast(
      (layer) => before.has(layer.name) && beside.every((other) => behindLayer(path, layer.name).has(other.name)),
    );
    throw new GraftError({
      code: "train/branching-layer",
      expected: "fromLayer to be a layer that every other one comes before or behind",
      found: `"${name}", which stands beside ${beside.map((layer) => `"${layer.name}"`).join(", ")} in another branch`,
      remedy: `Name a layer before the branches part${parting ? `, for example "${parting.name}"` : ""}, or give lastLayers`,
    });
  }
  return layers.filter((layer) => behind.has(layer.name));
}

/** The layer itself and all that depend on it. */
function behindLayer(path: LayerGraph, name: string): ReadonlySet<string> {
  const behind = new Set([name]);
  for (const layer of path.layers) if (layer.inputs.some((input) => behind.has(input))) behind.add(layer.name);
  return behind;
}

/**
 * Those of `layers` that train: without their batch norms where these stay frozen.
 *
 * @throws GraftError `train/nothing-to-train` when only batch norms were selected.
 */
export function withBatchNorm(layers: readonly Layer[], batchNorm: "train" | "frozen"): readonly Layer[] {
  const trained = batchNorm === "train" ? layers : layers.filter(({ type }) => type !== "BatchNormalization");
  if (trained.length > 0) return trained;
  throw new GraftError({
    code: "train/nothing-to-train",
    expected: "a layer besides batch norm among those to train",
    found: layers.map(({ name }) => name).join(", "),
    remedy: 'Train more layers, or batch norm too: batchNorm: "train"',
  });
}

/**
 * In words: `"head"`, `"last 2 layers"`, `"all layers"`.
 *
 * @param featureLayer What the head reads.
 */
export function phaseName(graph: LayerGraph, trainable: readonly Layer[], featureLayer: string): string {
  const layers = weightedLayers(graph);
  const first = trainable[0]?.name;
  const reach = layers.length - layers.findIndex(({ name }) => name === first);
  const backbone = new Set(pathTo(graph, featureLayer).layers.map(({ name }) => name));
  if (first === undefined || reach === layers.filter(({ name }) => !backbone.has(name)).length) return "head";
  const frozen = reach - trainable.length;
  const name = reach === layers.length ? "all layers" : `last ${reach} layer${reach === 1 ? "" : "s"}`;
  return frozen === 0 ? name : `${name} without batch norm`;
}

/** In words: `"low-rank updates of 3 layers"`. The head trains beside them. */
export function lowRankName({ layers }: LowRank): string {
  return `low-rank updates of ${layers.length} layer${layers.length === 1 ? "" : "s"}`;
}
