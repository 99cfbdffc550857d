import type { Backbone } from "../backbone/backbone";
import { valueShapes, weightedLayers } from "../backbone/graphShapes";
import { initialWeights } from "../backbone/initialWeights";
import type { Layer, LayerGraph } from "../backbone/layerGraph";
import { GraftError } from "../../shared/graftError";
import { currentRuntime } from "./currentRuntime";
import type { LabRuntime } from "./labRuntime";
import { Model } from "./model";

export interface GraftOptions {
  /** Names of the classes in the order of the labels, e.g. `train.classes`. */
  readonly classes: readonly string[];
  /** Of the random weights that the new layers begin with. Default 0. */
  readonly seed?: number;
  /** Default true: saved while it trains, for `checkpoints.restore`, where the kernel has a folder for that. */
  readonly checkpoints?: boolean;
}

/**
 * A new model: the backbone, all of it frozen, with a new head (one Dense layer) for other classes. Feature maps are averaged over height and width,
 * sequences over their steps, before the head.
 *
 * @throws GraftError `train/no-classes` for fewer than two classes.
 */
export function graft(backbone: Backbone, options: GraftOptions): Model {
  return graftOn(currentRuntime(), backbone, options);
}

/** `graft` with an engine and a feature store of one's own. */
export function graftOn(runtime: LabRuntime, backbone: Backbone, options: GraftOptions): Model {
  const graph = withHead(backbone.graph, options.classes);
  const fresh = initialWeights(graph, options.seed ?? 0);
  return new Model(
    {
      backbone: backbone.name,
      graph,
      weights: new Map([...fresh, ...backbone.weights]),
      preprocessing: backbone.preprocessing,
      classes: options.classes,
      trainable: [graph.output],
      checkpoints: options.checkpoints ?? true,
    },
    runtime,
  );
}

/**
 * The control experiment: the backbone's architecture with random weights, nothing frozen, and the same kind of head. Train it with
 * `fineTune(train, { lastLayers: "all" })`.
 */
export function fromScratch(backbone: Backbone, options: GraftOptions): Model {
  return fromScratchOn(currentRuntime(), backbone, options);
}

/** `fromScratch` with an engine and a feature store of one's own. */
export function fromScratchOn(runtime: LabRuntime, backbone: Backbone, options: GraftOptions): Model {
  const graph = withHead(backbone.graph, options.classes);
  return new Model(
    {
      backbone: `${backbone.name} from scratch`,
      graph,
      weights: initialWeights(graph, options.seed ?? 0),
      preprocessing: backbone.preprocessing,
      classes: options.classes,
      trainable: weightedLayers(graph).map((layer) => layer.name),
      checkpoints: options.checkpoints ?? true,
    },
    runtime,
  );
}

function withHead(graph: LayerGraph, classes: readonly string[]): LayerGraph {
  if (classes.length < 2) {
    throw new GraftError({
      code: "train/no-classes",
      expected: "at least two classes",
      found: classes.length === 0 ? "none" : classes.join(", "),
      remedy: "Pass the names of the classes, e.g. { classes: train.classes }",
    });
  }
  const taken = new Set(graph.layers.map((layer) => layer.name));
  const free = (name: string): string => (taken.has(name) ? free(`${name}_new`) : name);
  const layers: Layer[] = [...graph.layers];
  let features = graph.output;
  const rank = valueShapes(graph).get(features)!.length;
  if (rank > 1) {
    const common = { name: free("head_pool"), inputs: [features] };
    layers.push(
      rank === 3
        ? { ...common, type: "GlobalAveragePooling2D", keepDims: false }
        : { ...common, type: "GlobalAveragePooling1D" },
    );
    features = common.name;
  }
  const head = free("head");
  layers.push({
    type: "Dense",
    name: head,
    inputs: [features],
    units: classes.length,
    useBias: true,
    activation: "linear",
  });
  return { input: graph.input, layers, output: head };
}
