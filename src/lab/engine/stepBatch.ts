import type { InferenceSession } from "onnxruntime-node";
import type { LayerGraph } from "../backbone/layerGraph";
import type { Rng } from "../../shared/rng";
import { adamScalars } from "./adam";
import { compileStep, maskName, names, type StepOptions } from "./compileStep";
import type { Slot } from "./parameterLayout";
import type { RowReader } from "./rowReader";
import type { Feeds, Runtime } from "./runtime";
import type { OrtTensorClass } from "./trainingState";

export interface StepScore {
  /** Sums over the rows of the batch. */
  readonly loss: number;
  readonly correct: number;
}

/**
 * A compiled step for one batch size and the memory that its batches are written into. The last, smaller batch of an epoch
 * gets a step of its own: 26 rows are computed as 26 rows, so that their mean, dropout and batch statistics are right by
 * construction instead of by masks.
 */
export class StepBatch {
  readonly session: InferenceSession;
  readonly feeds: Feeds;
  readonly fetches: Feeds;
  readonly #rows: number;
  readonly #rowSize: number;
  readonly #input: Float32Array;
  readonly #labels: Int32Array;
  readonly #masks: readonly { readonly data: Float32Array; readonly rate: number }[];
  readonly #rate = new Float32Array(1);
  readonly #epsilon = new Float32Array(1);
  readonly #keep: Float32Array | undefined;
  readonly #decay: readonly Slot[];
  readonly #logLikelihood: Float32Array;
  readonly #predicted: Int32Array;

  static async create(
    runtime: Runtime,
    graph: LayerGraph,
    options: StepOptions,
    parameters: readonly Slot[],
  ): Promise<StepBatch> {
    const session = await runtime.session(`step ${JSON.stringify([graph, options])}`, () =>
      compileStep(graph, options),
    );
    const { Tensor } = await runtime.ort();
    return new StepBatch(session, graph, options, parameters, Tensor);
  }

  private constructor(
    session: InferenceSession,
    graph: LayerGraph,
    { batch, end }: StepOptions,
    parameters: readonly Slot[],
    Tensor: OrtTensorClass,
  ) {
    this.session = session;
    this.#rows = batch;
    this.#rowSize = sizeOf(graph.input.shape);
    this.#input = new Float32Array(batch * this.#rowSize);
    this.#labels = new Int32Array(batch);
    this.#logLikelihood = new Float32Array(batch);
    this.#predicted = new Int32Array(batch);
    const masks = maskInputs(session, graph);
    this.#masks = masks.map(({ shape, rate }) => ({ data: new Float32Array(sizeOf(shape)), rate }));
    this.#decay = parameters.filter(({ spec }) => spec.role === "kernel");
    const last = parameters.at(-1)!;
    this.#keep = end === "adamWithDecay" ? new Float32Array(last.offset + last.size).fill(1) : undefined;
    this.feeds = {
      [names.input]: new Tensor("float32", this.#input, [batch, ...graph.input.shape]),
      [names.labels]: new Tensor("int32", this.#labels, [batch]),
      [names.rate]: new Tensor("float32", this.#rate, []),
      [names.epsilon]: new Tensor("float32", this.#epsilon, []),
      ...(this.#keep && { [names.keep]: new Tensor("float32", this.#keep, [this.#keep.length]) }),
      ...Object.fromEntries(
        masks.map(({ name, shape }, i) => [name, new Tensor("float32", this.#masks[i]!.data, shape)]),
      ),
    };
    this.fetches = {
      [names.logLikelihood]: new Tensor("float32", this.#logLikelihood, [batch]),
      [names.predicted]: new Tensor("int32", this.#predicted, [batch]),
    };
  }

  /** Takes the rows `order[from …]` of the examples and draws new dropout masks. */
  load(features: RowReader, labels: Int32Array, order: Uint32Array, from: number, dropout: Rng): void {
    const size = this.#rowSize;
    for (let i = 0; i < this.#rows; i++) {
      const row = order[from + i]!;
      features.read(row, this.#input, i * size);
      this.#labels[i] = labels[row]!;
    }
    for (const { data, rate } of this.#masks) {
      for (let i = 0; i < data.length; i++) data[i] = dropout.uniform() < rate ? 0 : 1 / (1 - rate);
    }
  }

  /** @param step From 1, for the bias correction. */
  setOptimizer(step: number, learningRate: number, weightDecay: number): void {
    const { rate, epsilon } = adamScalars(step, learningRate);
    this.#rate[0] = rate;
    this.#epsilon[0] = epsilon;
    for (const { offset, size } of this.#keep ? this.#decay : []) {
      this.#keep!.fill(1 - learningRate * weightDecay, offset, offset + size);
    }
  }

  /** Of the step that ran last. */
  score(): StepScore {
    let loss = 0;
    let correct = 0;
    for (let i = 0; i < this.#rows; i++) {
      loss -= this.#logLikelihood[i]!;
      if (this.#predicted[i] === this.#labels[i]) correct++;
    }
    return { loss, correct };
  }
}

/** What the session wants for dropout; layers with rate 0 have no input. */
function maskInputs(session: InferenceSession, graph: LayerGraph) {
  return graph.layers.flatMap((layer) => {
    const name = maskName(layer.name);
    const input = session.inputMetadata.find((metadata) => metadata.name === name);
    return layer.type === "Dropout" && input?.isTensor
      ? [{ name, shape: input.shape as readonly number[], rate: layer.rate }]
      : [];
  });
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
