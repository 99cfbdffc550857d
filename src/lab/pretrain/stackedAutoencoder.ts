import { Backbone, type BackboneParts } from "../backbone/backbone";
import type { Layer, LayerGraph, Tensor, Weights } from "../backbone/layerGraph";
import type { ImagePreprocessing } from "../backbone/preprocessing";
import type { Dataset } from "../data/dataset";
import { type Corruption, corrupt } from "../engine/corruption";
import type { LiveHistory } from "../train/history";
import type { LabRuntime } from "../train/labRuntime";
import { Rng } from "../../shared/rng";
import type { DenseBlock } from "./denseBlocks";
import { inputValues } from "./inputValues";

/** A layer that has been trained to be the code of an autoencoder. */
export interface TrainedLayer {
  readonly block: DenseBlock;
  /** Reads the block's value, gives what the block reads, flattened. */
  readonly decoder: Layer;
  /** Of the block and its decoder. */
  readonly weights: Weights;
}

/** Images that went through a stack and back. Numbers are those that the model takes: pixels behind the preprocessing. */
export interface Reconstructions {
  /** `[n, height, width, channels]`. */
  readonly clean: Tensor;
  /** What went in. */
  readonly corrupted: Tensor;
  /** From one layer to all of them: what came back through their decoders. */
  readonly depths: readonly Reconstruction[];
}

/** What came back from the first layers of a stack. */
export interface Reconstruction {
  /** The layer at which it turned back. */
  readonly layer: string;
  /** `[n, height, width, channels]`. */
  readonly values: Tensor;
  /** Mean squared difference to the clean numbers. */
  readonly error: number;
}

/** A backbone whose layers have been pre-trained one after the other as autoencoders, with their decoders. */
export class StackedAutoencoder extends Backbone {
  declare readonly preprocessing: ImagePreprocessing;
  /** One phase for each layer. */
  readonly history: LiveHistory;
  /** What each layer has learnt to undo. */
  readonly noise: Corruption;
  readonly #runtime: LabRuntime;
  readonly #trained: readonly TrainedLayer[];

  /** @internal */
  constructor(
    parts: BackboneParts & { readonly preprocessing: ImagePreprocessing },
    trained: readonly TrainedLayer[],
    { history, noise }: Pick<StackedAutoencoder, "history" | "noise">,
    runtime: LabRuntime,
  ) {
    super(parts);
    this.history = history;
    this.noise = noise;
    this.#trained = trained;
    this.#runtime = runtime;
  }

  /** Names of the layers that were pre-trained, from the input on. */
  get pretrainedLayers(): readonly string[] {
    return this.#trained.map(({ block }) => block.name);
  }

  /**
   * Corrupts images as in the pre-training, sends them through the layers and from each depth back through the decoders.
   *
   * @param seed Of the corruption. Default 0.
   * @throws GraftError `train/input-kind`, `train/input-shape`, `train/empty`. InterruptedError after an interrupt.
   * @example
   * ```ts
   * import { datasets, denseEncoder, pretrain } from "graft";
   *
   * const { train, test } = await datasets.mnist();
   * const encoder = denseEncoder({ inputShape: [28, 28, 1], widths: [64, 32] });
   * const stack = await pretrain.autoencoders(encoder, train.subset(0, 1000), { epochsPerLayer: 3, plot: false });
   * const { depths } = await stack.reconstruct(test.subset(0, 100));
   * for (const { layer, error } of depths) console.log(layer, error);
   * ```
   */
  async reconstruct(dataset: Dataset, seed = 0): Promise<Reconstructions> {
    const { engine, interruptFlag } = this.#runtime;
    const clean = await inputValues(this.#runtime, this, dataset);
    const corrupted = { shape: clean.shape, data: clean.data.slice() };
    corrupt(corrupted.data, 0, corrupted.data.length, this.noise, new Rng(seed));
    const depths: Reconstruction[] = [];
    for (let depth = 1; depth <= this.#trained.length; depth++) {
      const { graph, weights } = thereAndBack(this.#trained.slice(0, depth));
      const { data } = await engine.infer(graph, weights, corrupted, { interruptFlag });
      const layer = this.#trained[depth - 1]!.block.name;
      depths.push({ layer, values: { shape: clean.shape, data }, error: meanSquaredError(data, clean.data) });
    }
    return { clean, corrupted, depths };
  }
}

function thereAndBack(trained: readonly TrainedLayer[]): { readonly graph: LayerGraph; readonly weights: Weights } {
  const { input } = trained[0]!.block.graph;
  const layers = trained.flatMap(({ block }) => block.graph.layers);
  let value = trained.at(-1)!.block.graph.output;
  for (const { decoder } of trained.toReversed()) {
    layers.push({ ...decoder, inputs: [value] });
    value = decoder.name;
  }
  return {
    graph: { input, layers, output: value },
    weights: new Map(trained.flatMap(({ weights }) => [...weights])),
  };
}

function meanSquaredError(found: Float32Array, wanted: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < wanted.length; i++) sum += (found[i]! - wanted[i]!) ** 2;
  return sum / wanted.length;
}
