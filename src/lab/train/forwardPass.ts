/** A model's forward passes over a dataset: through the frozen trunk once, by way of the feature store, then through the tail. */
import { cutGraph, pathTo, weightsOf } from "../backbone/cutGraph";
import { layerNamed } from "../backbone/graphShapes";
import type { LayerGraph, Tensor, Weights } from "../backbone/layerGraph";
import type { Preprocessing } from "../backbone/preprocessing";
import type { Dataset } from "../data/dataset";
import type { Features } from "../engine/engine";
import type { LabRuntime } from "./labRuntime";
import { requireInput } from "./requireFit";
import { type Trunk, trunkFeatures } from "./trunkFeatures";

/** A model as it stands. */
export interface Network {
  readonly runtime: LabRuntime;
  /** Name of the backbone, for messages. */
  readonly backbone: string;
  /** From the images to the logits. */
  readonly graph: LayerGraph;
  readonly weights: Weights;
  readonly preprocessing: Preprocessing;
  readonly trainable: ReadonlySet<string>;
}

type OnRows = (done: number, total: number) => void;

/** How features are computed. */
interface CrossingOptions {
  readonly onRows?: OnRows;
  /**
   * Layers that are trained in turn, of which these features belong to one stage: images cross up to the first of them once, and all stages' features come
   * from those rows. Default: straight from the images.
   */
  readonly sharedCut?: readonly string[] | undefined;
}

/** What `graph`, a frozen part from the input on, makes of each image: `[n, …]`, in memory. */
export function crossTrunk(
  network: Network,
  graph: LayerGraph,
  dataset: Dataset,
  { onRows, sharedCut }: CrossingOptions = {},
): Promise<Tensor> {
  return trunkFeatures(network.runtime, trunkOf(network, graph, dataset, sharedCut), dataset, onRows);
}

/** The same; what is too large for memory stays in the files of the feature store. */
export function streamTrunk(
  network: Network,
  graph: LayerGraph,
  dataset: Dataset,
  { onRows, sharedCut }: CrossingOptions = {},
): Promise<Features> {
  const trunk = trunkOf(network, graph, dataset, sharedCut);
  return trunkFeatures(network.runtime, trunk, dataset, onRows, { stream: true });
}

/** The head's output before softmax, `[n, classes]`. */
export async function logitsOf(network: Network, dataset: Dataset): Promise<Tensor> {
  const cut = cutGraph(network.graph, network.trainable);
  return throughTail(network, cut.tail, await streamTrunk(network, cut.trunk, dataset));
}

/** What a layer makes of each image, `[n, …]`. @throws GraftError `backbone/unknown-layer`. */
export async function layerValues(network: Network, dataset: Dataset, layer: string): Promise<Tensor> {
  const { graph } = network;
  if (layer !== graph.input.name) layerNamed(graph, layer);
  const cut = cutGraph(graph, network.trainable);
  const inTail = cut.tail.layers.some(({ name, type }) => name === layer && type !== "Unpack");
  // Of a frozen layer the features can be kept; of a trained one they change with every training.
  if (!inTail) return crossTrunk(network, pathTo(graph, layer), dataset);
  return throughTail(network, pathTo(cut.tail, layer), await streamTrunk(network, cut.trunk, dataset));
}

function throughTail({ runtime, weights }: Network, tail: LayerGraph, features: Features): Promise<Tensor> {
  return runtime.engine.infer(tail, weightsOf(tail, weights), features, { interruptFlag: runtime.interruptFlag });
}

function trunkOf(network: Network, graph: LayerGraph, dataset: Dataset, sharedCut?: readonly string[]): Trunk {
  requireInput(dataset, network);
  const { graph: whole, weights, preprocessing } = network;
  const direct = { graph, weights, preprocessing };
  if (sharedCut === undefined) return direct;
  const { trunk, tail } = cutGraph(whole, new Set(sharedCut));
  const isBehind = tail.layers.some(({ name, type }) => name === graph.output && type !== "Unpack");
  if (trunk.layers.length === 0 || !isBehind) return direct;
  return { ...direct, graph: pathTo(tail, graph.output), source: { ...direct, graph: trunk } };
}
