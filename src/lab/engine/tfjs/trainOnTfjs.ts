import type { Tensor } from "../../backbone/layerGraph";
import { checkOutput } from "../compileStep";
import { corruptedRows } from "../corruption";
import type { TrainObserver, TrainRequest, TrainResult } from "../engine";
import { InferenceScorer, largestIndex } from "../inferenceScorer";
import { DEFAULT_LOSS, lossRules } from "../losses/lossTable";
import { AppliedUpdate } from "../optimizers/applyUpdate";
import { slotNames, updateOptions } from "../optimizers/writeUpdate";
import { openRows, type RowReader } from "../rowReader";
import type { StepScore } from "../stepBatch";
import { type DivergenceCause, type PlannedUpdate, runTrainingLoop, type TrainingMachine } from "../trainingLoop";
import type { Rng } from "../../../shared/rng";
import { Breather } from "./breather";
import { FlatState } from "./flatState";
import { GradientStep, type StepInput } from "./gradientStep";
import type { TensorLibrary } from "./tensorLibrary";

/**
 * Trains with the gradients of tfjs, on the calling thread, which has its event loop back every 50 ms. Frozen weights are never
 * given to an optimizer, and frozen batch norm is in inference mode, so both stay to the bit.
 */
export async function trainOnTfjs(
  tf: TensorLibrary,
  backend: string,
  request: TrainRequest,
  observer: TrainObserver = {},
): Promise<TrainResult> {
  checkOutput(request.graph, request.loss);
  return runTrainingLoop("tfjs", request, observer, async () => {
    const { graph, trainable, lowRank, loss = DEFAULT_LOSS, resume } = request;
    const weights = resume?.weights ?? request.weights;
    const step = await GradientStep.create(tf, backend, { graph, weights, trainable, lowRank, loss });
    try {
      const state = new FlatState(step.layout, weights, slotNames(updateOptions(request)), resume?.slots);
      return new TfjsMachine(request, step, state);
    } catch (error) {
      step.dispose();
      throw error;
    }
  });
}

/** Owns the step with its frozen weights, and the readers of the examples. */
class TfjsMachine implements TrainingMachine {
  readonly state: FlatState;
  readonly #request: TrainRequest;
  readonly #step: GradientStep;
  readonly #applied: AppliedUpdate;
  readonly #reader: RowReader;
  readonly #validationReader: RowReader | undefined;
  readonly #scorer: InferenceScorer | undefined;
  readonly #breather = new Breather();

  constructor(request: TrainRequest, step: GradientStep, state: FlatState) {
    this.state = state;
    this.#request = request;
    this.#step = step;
    this.#applied = new AppliedUpdate(request, step.layout.parameters);
    const { graph, loss, train, validation } = request;
    this.#reader = openRows(train.features);
    if (!validation) return;
    this.#validationReader = openRows(validation.features);
    this.#scorer = new InferenceScorer(graph, loss, validation, this.#validationReader);
  }

  close(): void {
    this.#step.dispose();
    this.#reader.close();
    this.#validationReader?.close();
  }

  async update({
    step,
    learningRate,
    order,
    from,
    rows,
    dropout,
  }: PlannedUpdate): Promise<StepScore | DivergenceCause> {
    const { state } = this;
    const { batchSize } = this.#request;
    state.begin();
    let gathered: Float32Array | undefined;
    let loss = 0;
    let correct = 0;
    for (let done = 0; done < rows; done += batchSize) {
      const count = Math.min(batchSize, rows - done);
      const input = this.#load(order.subarray(from + done, from + done + count), dropout);
      const outcome = this.#step.gradients(state.parameters, state.statistics, input);
      const score = this.#score(outcome.output, input);
      if (!Number.isFinite(outcome.loss) || !Number.isFinite(score.loss)) {
        state.undo();
        return this.#step.diagnose(state.parameters, state.statistics, input);
      }
      state.statistics.set(outcome.statistics);
      loss += score.loss;
      correct += score.correct;
      gathered = count === rows ? outcome.gradient : added(gathered, outcome.gradient, count / rows);
      await this.#breather.breathe();
    }
    this.#applied.apply(state.parameters, state.arrays, gathered!, step, learningRate);
    return { loss, correct };
  }

  async score(): Promise<StepScore | undefined> {
    const { shape } = this.#request.graph.input;
    const scored = this.state.scored();
    return this.#scorer?.score(async (input, output, rows) => {
      output.set(this.#step.output(scored, { shape: [rows, ...shape], data: input }));
      await this.#breather.breathe();
    });
  }

  /** These rows of the examples, with new dropout masks. */
  #load(rows: Uint32Array, dropout: Rng): StepInput {
    const { graph, train, corruption } = this.#request;
    const { targets, sampleWeights } = train;
    const rowSize = graph.input.shape.reduce((product, side) => product * side, 1);
    const data = new Float32Array(rows.length * rowSize);
    const reader = corruptedRows(this.#reader, corruption, rowSize, dropout);
    rows.forEach((row, i) => reader.read(row, data, i * rowSize));
    const masks = new Map<string, Float32Array>();
    return {
      features: { shape: [rows.length, ...graph.input.shape], data },
      targets:
        "shape" in targets
          ? rowsOf(targets.data, targets.shape[1]!, rows)
          : Int32Array.from(rows, (row) => targets[row]!),
      ...(sampleWeights && { rowWeights: Float32Array.from(rows, (row) => sampleWeights[row]!) }),
      // Drawn when the layer asks, in the order of the layers; kept, so that a second pass over the batch drops the same.
      mask: (layer, shape) => {
        const mask = masks.get(layer) ?? this.#draw(layer, shape, dropout);
        masks.set(layer, mask);
        return mask;
      },
    };
  }

  #draw(name: string, shape: readonly number[], dropout: Rng): Float32Array {
    const layer = this.#request.graph.layers.find((candidate) => candidate.name === name);
    const rate = layer?.type === "Dropout" ? layer.rate : 0;
    const size = shape.reduce((product, side) => product * side, 1);
    return Float32Array.from({ length: size }, () => (dropout.uniform() < rate ? 0 : 1 / (1 - rate)));
  }

  /** Sums over the rows, in double precision. */
  #score(output: Float32Array, { targets, rowWeights }: StepInput): StepScore {
    const rules = lossRules(this.#request.loss);
    const rows = "shape" in targets ? targets.shape[0]! : targets.length;
    const width = output.length / rows;
    let loss = 0;
    let correct = 0;
    for (let row = 0; row < rows; row++) {
      const values = output.subarray(row * width, (row + 1) * width);
      const isClass = !("shape" in targets);
      const target = isClass ? targets[row]! : rowOf(targets, row);
      loss += rules.ofRow(values, target) * (rowWeights?.[row] ?? 1);
      if (isClass && largestIndex(values) === target) correct++;
    }
    return { loss, correct };
  }
}

function rowOf({ shape, data }: Tensor, row: number): Float32Array {
  const width = shape[1]!;
  return data.subarray(row * width, (row + 1) * width);
}

function rowsOf(data: Float32Array, width: number, rows: Uint32Array) {
  const taken = new Float32Array(rows.length * width);
  rows.forEach((row, i) => taken.set(data.subarray(row * width, (row + 1) * width), i * width));
  return { shape: [rows.length, width], data: taken };
}

function added(sum: Float32Array | undefined, gradient: Float32Array, share: number): Float32Array {
  const result = sum ?? new Float32Array(gradient.length);
  for (let i = 0; i < gradient.length; i++) result[i]! += gradient[i]! * share;
  return result;
}
