import { placedLayers, valueShapes } from "../backbone/graphShapes";
import { sizeOf } from "../backbone/kinds/layerKind";
import { checkOutput } from "./compileStep";
import type { TrainingPlan } from "./checkTrainRequest";
import { corruptedRows } from "./corruption";
import { diagnoseDivergence } from "./diagnoseDivergence";
import type { TrainObserver, TrainRequest, TrainResult } from "./engine";
import { exportWithWeightInputs } from "./exportOnnx";
import { InferenceScorer } from "./inferenceScorer";
import { lowRankUpdates } from "./lowRank";
import { UpdateInputs } from "./optimizers/updateInputs";
import { compileUpdate, slotNames, updateOptions } from "./optimizers/writeUpdate";
import { lengthOf, parameterLayout } from "./parameterLayout";
import { openRows, type RowReader } from "./rowReader";
import type { Feeds, Runtime } from "./runtime";
import { StepBatch, type StepScore } from "./stepBatch";
import { type DivergenceCause, type PlannedUpdate, runTrainingLoop, type TrainingMachine } from "./trainingLoop";
import { TrainingState } from "./trainingState";

/**
 * Trains with compiled steps, on the calling thread. The interrupt flag is read before each update.
 *
 * @throws GraftError when the request does not fit the graph, itself, or the snapshot that it goes on from.
 */
export async function runTraining(
  runtime: Runtime,
  request: TrainRequest,
  observer: TrainObserver = {},
): Promise<TrainResult> {
  checkOutput(request.graph, request.loss);
  return runTrainingLoop("onnxruntime", request, observer, (plan) => CompiledMachine.open(runtime, request, plan));
}

interface Parts {
  readonly state: TrainingState;
  readonly full: StepBatch;
  /** The batch at the end of an epoch; the same as `full` where it is as large. */
  readonly last: StepBatch;
  readonly inputs: UpdateInputs;
  /** Of a whole step, beside the weights. */
  readonly fullFeeds: Feeds;
  readonly lastFeeds: Feeds;
  /** Where gradients are gathered over batches: runs the update. */
  readonly update: (() => Promise<void>) | undefined;
}

/** Owns the readers of the examples. */
class CompiledMachine implements TrainingMachine {
  readonly #runtime: Runtime;
  readonly #request: TrainRequest;
  readonly #parts: Parts;
  readonly #reader: RowReader;
  readonly #validationReader: RowReader | undefined;
  readonly #scorer: InferenceScorer | undefined;

  static async open(runtime: Runtime, request: TrainRequest, plan: TrainingPlan): Promise<CompiledMachine> {
    const { graph, trainable, lowRank, loss, train, resume, accumulateBatches = 1 } = request;
    const layout = parameterLayout(placedLayers(graph), request);
    const update = updateOptions(request);
    const gathers = accumulateBatches > 1;
    const { Tensor } = await runtime.ort();
    const state = new TrainingState(layout, resume?.weights ?? request.weights, Tensor, {
      slots: slotNames(update),
      gathers,
    });
    if (resume) state.putSlots(resume.slots);
    const batchOf = (batch: number) =>
      StepBatch.create(runtime, graph, {
        trainable,
        ...(lowRank && { lowRank }),
        batch,
        ...(loss && { loss }),
        ...(train.sampleWeights && { weighted: true }),
        end: gathers ? "accumulate" : update,
      });
    const full = await batchOf(request.batchSize);
    const rest = plan.rows % request.batchSize;
    const inputs = new UpdateInputs(request, layout.parameters, Tensor);
    const length = lengthOf(layout.parameters);
    const session = gathers
      ? await runtime.session(`update ${JSON.stringify([update, length])}`, () => compileUpdate(update, length))
      : undefined;
    const last = rest === 0 ? full : await batchOf(rest);
    return new CompiledMachine(runtime, request, {
      state,
      full,
      last,
      inputs,
      fullFeeds: { ...full.feeds, ...inputs.feeds },
      lastFeeds: { ...last.feeds, ...inputs.feeds },
      update: session && (() => state.update(session, inputs.feeds)),
    });
  }

  private constructor(runtime: Runtime, request: TrainRequest, parts: Parts) {
    this.#runtime = runtime;
    this.#request = request;
    this.#parts = parts;
    const { graph, loss, train, validation } = request;
    this.#reader = openRows(train.features);
    if (!validation) return;
    this.#validationReader = openRows(validation.features);
    this.#scorer = new InferenceScorer(graph, loss, validation, this.#validationReader);
  }

  get state(): TrainingState {
    return this.#parts.state;
  }

  close(): void {
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
    const { state, inputs, full, last, fullFeeds, lastFeeds, update } = this.#parts;
    const { graph, train, batchSize, corruption } = this.#request;
    const reader = corruptedRows(this.#reader, corruption, sizeOf(graph.input.shape), dropout);
    inputs.set(step, learningRate);
    if (update) state.beginGroup();
    let loss = 0;
    let correct = 0;
    for (let done = 0; done < rows;) {
      const batch = rows - done < batchSize ? last : full;
      batch.load(reader, train, order, from + done, dropout);
      if (update) {
        batch.setShare(batch.rows / rows);
        await state.gather(batch.session, batch.feeds, batch.fetches);
      } else {
        await state.step(batch.session, batch === full ? fullFeeds : lastFeeds, batch.fetches);
      }
      const score = batch.score();
      if (!Number.isFinite(score.loss)) return this.#diagnosed(batch);
      loss += score.loss;
      correct += score.correct;
      done += batch.rows;
    }
    await update?.();
    return { loss, correct };
  }

  async score(): Promise<StepScore | undefined> {
    if (this.#scorer === undefined) return undefined;
    const { graph, lowRank } = this.#request;
    const runtime = this.#runtime;
    const session = await runtime.session(`score ${JSON.stringify([graph, lowRank])}`, () =>
      exportWithWeightInputs(graph, lowRankUpdates(placedLayers(graph), this.#request)),
    );
    const { Tensor } = await runtime.ort();
    const outputShape = valueShapes(graph).get(graph.output)!;
    const weightFeeds = this.#parts.state.scoredFeeds;
    return this.#scorer.score(async (input, output, rows) => {
      const feed = new Tensor("float32", input, [rows, ...graph.input.shape]);
      const fetch = new Tensor("float32", output, [rows, ...outputShape]);
      await session.run({ ...weightFeeds, [graph.input.name]: feed }, { output: fetch });
    });
  }

  #diagnosed(batch: StepBatch): Promise<DivergenceCause> {
    const { graph, trainable, lowRank } = this.#request;
    const { state } = this.#parts;
    state.undo();
    return diagnoseDivergence(
      this.#runtime,
      graph,
      { trainable, batch: batch.rows, ...(lowRank && { lowRank }) },
      { ...state.feeds, ...batch.feeds },
    );
  }
}
