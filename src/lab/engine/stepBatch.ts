import type { InferenceSession } from "onnxruntime-node";
import { valueShapes } from "../backbone/graphShapes";
import type { LayerGraph } from "../backbone/layerGraph";
import type { Rng } from "../../shared/rng";
import { compileStep, names, type StepOptions } from "./compileStep";
import { maskName } from "./differentiate";
import type { Examples } from "./engine";
import { targetsOfRow } from "./losses/lossRules";
import { lossRules } from "./losses/lossTable";
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
  readonly rows: number;
  readonly #rowSize: number;
  readonly #targetSize: number;
  readonly #input: Float32Array;
  readonly #labels: Int32Array;
  readonly #values: Float32Array;
  readonly #weights: Float32Array;
  readonly #masks: readonly { readonly data: Float32Array; readonly rate: number }[];
  readonly #share = new Float32Array(1);
  readonly #losses: Float32Array;
  readonly #predicted: Int32Array | undefined;

  static async create(runtime: Runtime, graph: LayerGraph, options: StepOptions): Promise<StepBatch> {
    const session = await runtime.session(
      `step ${JSON.stringify([graph, options])}`,
      () => compileStep(graph, options),
      stepBytes(graph, options.batch),
    );
    const { Tensor } = await runtime.ort();
    return new StepBatch(session, graph, options, Tensor);
  }

  private constructor(
    session: InferenceSession,
    graph: LayerGraph,
    { batch, loss, weighted, end }: StepOptions,
    Tensor: OrtTensorClass,
  ) {
    this.session = session;
    this.rows = batch;
    this.#rowSize = sizeOf(graph.input.shape);
    this.#targetSize = targetsOfRow(lossRules(loss), valueShapes(graph).get(graph.output)!);
    this.#input = new Float32Array(batch * this.#rowSize);
    this.#losses = new Float32Array(batch);
    const ofClasses = session.outputNames.includes(names.predicted);
    this.#labels = new Int32Array(ofClasses ? batch : 0);
    this.#values = new Float32Array(ofClasses ? 0 : batch * this.#targetSize);
    this.#weights = new Float32Array(weighted ? batch : 0);
    this.#predicted = ofClasses ? new Int32Array(batch) : undefined;
    const masks = maskInputs(session, graph);
    this.#masks = masks.map(({ shape, rate }) => ({ data: new Float32Array(sizeOf(shape)), rate }));
    this.feeds = {
      [names.input]: new Tensor("float32", this.#input, [batch, ...graph.input.shape]),
      [names.targets]: ofClasses
        ? new Tensor("int32", this.#labels, [batch])
        : new Tensor("float32", this.#values, [batch, this.#targetSize]),
      ...(weighted && { [names.weights]: new Tensor("float32", this.#weights, [batch]) }),
      ...(end === "accumulate" && { [names.share]: new Tensor("float32", this.#share, []) }),
      ...Object.fromEntries(
        masks.map(({ name, shape }, i) => [name, new Tensor("float32", this.#masks[i]!.data, shape)]),
      ),
    };
    this.fetches = {
      [names.losses]: new Tensor("float32", this.#losses, [batch]),
      ...(this.#predicted && { [names.predicted]: new Tensor("int32", this.#predicted, [batch]) }),
    };
  }

  /** Takes the rows `order[from …]` of the examples and draws new dropout masks. */
  load(features: RowReader, examples: Examples, order: Uint32Array, from: number, dropout: Rng): void {
    const { targets, sampleWeights } = examples;
    const size = this.#rowSize;
    const width = this.#targetSize;
    const [labels, values] = "shape" in targets ? [undefined, targets.data] : [targets, undefined];
    for (let i = 0; i < this.rows; i++) {
      const row = order[from + i]!;
      features.read(row, this.#input, i * size);
      if (labels) this.#labels[i] = labels[row]!;
      else this.#values.set(values.subarray(row * width, (row + 1) * width), i * width);
      if (sampleWeights) this.#weights[i] = sampleWeights[row]!;
    }
    for (const { data, rate } of this.#masks) {
      for (let i = 0; i < data.length; i++) data[i] = dropout.uniform() < rate ? 0 : 1 / (1 - rate);
    }
  }

  /** The part of the update's rows that are in this batch, where gradients are gathered. */
  setShare(share: number): void {
    this.#share[0] = share;
  }

  /** Of the step that ran last. */
  score(): StepScore {
    let loss = 0;
    let correct = 0;
    for (let i = 0; i < this.rows; i++) {
      loss += this.#losses[i]!;
      if (this.#predicted?.[i] === this.#labels[i]) correct++;
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

/** Values, their gradients, and the columns of the convolutions between them. */
function stepBytes(graph: LayerGraph, batch: number): number {
  const numbers = [...valueShapes(graph).values()].reduce((sum, shape) => sum + sizeOf(shape), 0);
  return 3 * 4 * batch * numbers;
}
