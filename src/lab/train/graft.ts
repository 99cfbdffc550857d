import type { Backbone } from "../backbone/backbone";
import { pathTo, weightsOf } from "../backbone/cutGraph";
import { weightedLayers } from "../backbone/graphShapes";
import { initialWeights } from "../backbone/initialWeights";
import type { LayerGraph } from "../backbone/layerGraph";
import { DEFAULT_DROPOUT, DEFAULT_HIDDEN_UNITS, requireHiddenUnits } from "../head/mlpSettings";
import { provenanceOf } from "../modelFile/provenance";
import { GraftError } from "../../shared/graftError";
import { currentRuntime } from "./currentRuntime";
import { headOf, withFlatFeatures, withHead } from "./headLayers";
import type { LabRuntime } from "./labRuntime";
import { type LayerSelection, selectLayers } from "./layerSelection";
import { Model } from "./model";

/** Options of `graft` and `fromScratch`. */
export interface GraftOptions {
  /** Names of the classes in the order of the labels, e.g. `train.classes`. */
  readonly classes: readonly string[];
  /** `"linear"` is one Dense layer, `"mlp"` a Dense layer with relu, dropout of 0.5, and a Dense layer. Default `"linear"`. */
  readonly head?: "linear" | "mlp";
  /** Width of the hidden layer of an `"mlp"` head. Default 256. */
  readonly hiddenUnits?: number;
  /** Of the random weights that the new layers begin with. Default 0. */
  readonly seed?: number;
  /** Default true: saved while it trains, for `checkpoints.restore`, where the kernel has a folder for that, and its trainings are among `runs.list()`. */
  readonly checkpoints?: boolean;
  /**
   * Layers that begin from random weights instead of the backbone's, as if only those before them had been copied (Yosinski et al. 2014,
   * arXiv:1411.1792): `{ fromLayer: "block3_conv" }`. Such a model counts as one from scratch: batch norms among the layers that train do so too, and no smaller learning rate is
   * taken for the whole network. Default: none but the head's.
   */
  readonly reinitialize?: LayerSelection;
}

/**
 * A new model: the backbone, all of it frozen, with a new head for other classes. Feature maps are averaged over height and width,
 * sequences over their steps, before the head.
 *
 * @throws GraftError `train/no-classes` for fewer than two classes, `train/hidden-units`, `train/head-option` for hidden units of a
 * linear head; of `reinitialize`: `train/last-layers`, `train/unknown-layer`, `train/branching-layer`, `train/no-selection`, `train/several-selections`.
 * @example
 * ```ts
 * import { backbones, datasets, graft } from "graft";
 *
 * const digits = await datasets.mnist();
 * const train = digits.train.sample({ labels: 50 });
 * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes, head: "mlp", hiddenUnits: 64 });
 * await model.trainHead(train, { plot: false });
 * console.log(await model.evaluate(digits.test.subset(0, 500)));
 * ```
 */
export function graft(backbone: Backbone, options: GraftOptions): Model {
  return graftOn(currentRuntime(), backbone, options);
}

/** `graft` with an engine and a feature store of one's own. */
export function graftOn(runtime: LabRuntime, backbone: Backbone, options: GraftOptions): Model {
  const { graph, featureLayer } = withNewHead(backbone.graph, options);
  const head = weightedLayers({ ...graph, layers: headOf(graph, featureLayer) });
  const begun = options.reinitialize === undefined ? [] : selectLayers(graph, options.reinitialize);
  const random = new Set([...begun, ...head]);
  const fresh = initialWeights(graph, options.seed ?? 0, random);
  const weights = new Map([...backbone.weights, ...fresh]);
  return new Model(
    {
      backbone: backbone.name,
      graph,
      featureLayer,
      weights,
      // The head has nothing that it could have moved from.
      origin: weightsOf(pathTo(graph, featureLayer), weights),
      preprocessing: backbone.preprocessing,
      classes: options.classes,
      pretrained: random.size === head.length,
      provenance: provenanceOf(backbone),
      trainable: [...random].map(({ name }) => name),
      checkpoints: options.checkpoints ?? true,
    },
    runtime,
  );
}

/**
 * The control experiment: the backbone's architecture with random weights, nothing frozen, and the same kind of head. Train it with
 * `fineTune(train, { all: true })`.
 *
 * @throws GraftError as `graft`.
 * @example
 * ```ts
 * import { backbones, datasets, fromScratch } from "graft";
 *
 * const digits = await datasets.mnist();
 * const train = digits.train.sample({ labels: 50 });
 * const model = fromScratch(await backbones.load("fashion-cnn"), { classes: train.classes });
 * await model.fineTune(train, { all: true, epochs: 2, plot: false });
 * console.log(await model.evaluate(digits.test.subset(0, 500)));
 * ```
 */
export function fromScratch(backbone: Backbone, options: Omit<GraftOptions, "reinitialize">): Model {
  return fromScratchOn(currentRuntime(), backbone, options);
}

/** `fromScratch` with an engine and a feature store of one's own. */
export function fromScratchOn(
  runtime: LabRuntime,
  backbone: Backbone,
  options: Omit<GraftOptions, "reinitialize">,
): Model {
  const { graph, featureLayer } = withNewHead(backbone.graph, options);
  return new Model(
    {
      backbone: `${backbone.name} from scratch`,
      graph,
      featureLayer,
      weights: initialWeights(graph, options.seed ?? 0),
      preprocessing: backbone.preprocessing,
      classes: options.classes,
      pretrained: false,
      trainable: weightedLayers(graph).map((layer) => layer.name),
      checkpoints: options.checkpoints ?? true,
    },
    runtime,
  );
}

function withNewHead(
  backbone: LayerGraph,
  { classes, head = "linear", hiddenUnits }: GraftOptions,
): { readonly graph: LayerGraph; readonly featureLayer: string } {
  if (classes.length < 2) {
    throw new GraftError({
      code: "train/no-classes",
      expected: "at least two classes",
      found: classes.length === 0 ? "none" : classes.join(", "),
      remedy: "Pass the names of the classes, e.g. { classes: train.classes }",
    });
  }
  if (head === "linear" && hiddenUnits !== undefined) {
    throw new GraftError({
      code: "train/head-option",
      expected: 'hiddenUnits for a head that is an "mlp"',
      found: "a linear head, which has none",
      remedy: 'Add head: "mlp", or leave hiddenUnits out',
    });
  }
  const features = withFlatFeatures(backbone);
  const featureLayer = features.output;
  const kind =
    head === "mlp"
      ? { kind: head, hiddenUnits: requireHiddenUnits(hiddenUnits ?? DEFAULT_HIDDEN_UNITS), dropout: DEFAULT_DROPOUT }
      : { kind: head };
  return { graph: withHead(features, featureLayer, classes.length, kind), featureLayer };
}
