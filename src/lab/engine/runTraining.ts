import { placedLayers } from "../backbone/graphShapes";
import { Rng } from "../../shared/rng";
import { checkOutput } from "./compileStep";
import { checkTrainRequest, type TrainingPlan } from "./checkTrainRequest";
import { diagnoseDivergence, layerWithBadWeights } from "./diagnoseDivergence";
import type { Divergence, EpochReport, TrainObserver, TrainRequest, TrainResult } from "./engine";
import { InferenceScorer } from "./inferenceScorer";
import { UpdateInputs } from "./optimizers/updateInputs";
import { compileUpdate, slotNames, updateOptions } from "./optimizers/writeUpdate";
import { lengthOf, parameterLayout } from "./parameterLayout";
import { type RequestFingerprint, requestFingerprint, requireSameRequest } from "./requestFingerprint";
import { openRows, type RowReader } from "./rowReader";
import { newProgress, readProgress, type RunProgress, writeProgress } from "./runProgress";
import type { Runtime } from "./runtime";
import { learningRateAt, plateauAfter } from "./schedule";
import { StepBatch } from "./stepBatch";
import type { TrainingSnapshot } from "./trainingSnapshot";
import { type KeptWeights, TrainingState } from "./trainingState";

/**
 * Trains on the calling thread. The interrupt flag is read before each update.
 *
 * @throws GraftError when the request does not fit the graph, itself, or the snapshot that it goes on from.
 */
export async function runTraining(
  runtime: Runtime,
  request: TrainRequest,
  observer: TrainObserver = {},
): Promise<TrainResult> {
  const run = await TrainingRun.open(runtime, request, observer);
  try {
    return await run.train();
  } finally {
    run.close();
  }
}

/** What of the progress a step changes. */
type StepMark = Pick<RunProgress, "step" | "rows" | "loss" | "correct"> & { readonly dropout: readonly number[] };

interface Parts {
  readonly plan: TrainingPlan;
  readonly progress: RunProgress;
  readonly fingerprint: RequestFingerprint;
  readonly state: TrainingState;
  readonly full: StepBatch;
  /** The batch at the end of an epoch; the same as `full` where it is as large. */
  readonly last: StepBatch;
  readonly inputs: UpdateInputs;
  /** Where gradients are gathered over batches: runs the update. */
  readonly update: (() => Promise<void>) | undefined;
  readonly best: KeptWeights | undefined;
}

/** Owns the readers of the examples. */
class TrainingRun {
  readonly #runtime: Runtime;
  readonly #request: TrainRequest;
  readonly #observer: TrainObserver;
  readonly #parts: Parts;
  readonly #progress: RunProgress;
  readonly #reader: RowReader;
  readonly #validationReader: RowReader | undefined;
  readonly #scorer: InferenceScorer | undefined;
  readonly #started = performance.now();
  #best: KeptWeights | undefined;
  /** Before the last step. */
  #before: StepMark;
  /** At the end of the last epoch, whose weights the state keeps. */
  #kept: StepMark;
  #nextShuffle: readonly number[] = [];
  #snapshotAt = performance.now();

  static async open(runtime: Runtime, request: TrainRequest, observer: TrainObserver): Promise<TrainingRun> {
    const { graph, trainable, loss, train, resume, accumulateBatches = 1 } = request;
    checkOutput(graph, loss);
    const plan = checkTrainRequest(request);
    const layout = parameterLayout(placedLayers(graph), trainable);
    const fingerprint = requestFingerprint(request);
    const resumed = resume && readProgress(resume.progress);
    if (resumed) requireSameRequest(fingerprint, resumed.request);

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
    const progress = resumed?.progress ?? newProgress(request.seed);
    return new TrainingRun(runtime, request, observer, {
      plan,
      progress,
      fingerprint,
      state,
      full,
      last: rest === 0 ? full : await batchOf(rest),
      inputs,
      update: session && (() => state.update(session, inputs.feeds)),
      best: resume && progress.best && state.keptFrom(resume.slots, "best"),
    });
  }

  private constructor(runtime: Runtime, request: TrainRequest, observer: TrainObserver, parts: Parts) {
    this.#runtime = runtime;
    this.#request = request;
    this.#observer = observer;
    this.#parts = parts;
    this.#progress = parts.progress;
    this.#best = parts.best;
    this.#before = this.#kept = markOf(parts.progress);
    const { graph, loss, train, validation } = request;
    this.#reader = openRows(train.features);
    if (!validation) return;
    this.#validationReader = openRows(validation.features);
    this.#scorer = new InferenceScorer(runtime, graph, loss, validation, this.#validationReader);
  }

  close(): void {
    this.#reader.close();
    this.#validationReader?.close();
  }

  async train(): Promise<TrainResult> {
    const { epochs, interruptFlag } = this.#request;
    const progress = this.#progress;
    while (progress.epochs.length < epochs) {
      const order = this.#order();
      while (progress.rows < this.#parts.plan.rows) {
        if (interruptFlag && Atomics.load(interruptFlag, 0) !== 0) return this.#result(true);
        const diverged = await this.#step(order);
        if (diverged) return this.#result(false, diverged);
      }
      const diverged = await this.#endEpoch();
      if (diverged) return this.#result(false, diverged);
    }
    return this.#result(false);
  }

  /** Of the running epoch; a run that is taken up within it draws the same again. */
  #order(): Uint32Array {
    const shuffle = new Rng(0);
    shuffle.state = this.#progress.shuffle;
    const order = shuffle.permutation(this.#parts.plan.rows);
    this.#nextShuffle = shuffle.state;
    return order;
  }

  /** One update, from one batch or from a group of them. */
  async #step(order: Uint32Array): Promise<Divergence | undefined> {
    const progress = this.#progress;
    const { plan, state, inputs, full, last, update } = this.#parts;
    const { train, batchSize, accumulateBatches = 1 } = this.#request;
    const learningRate = this.#learningRate(progress.step);
    const step = progress.step + 1;
    this.#before = markOf(progress);
    inputs.set(step, learningRate);
    const rows = Math.min(batchSize * accumulateBatches, plan.rows - progress.rows);
    if (update) state.beginGroup();
    let loss = 0;
    let correct = 0;
    for (let done = 0; done < rows;) {
      const batch = plan.rows - progress.rows - done < batchSize ? last : full;
      batch.load(this.#reader, train, order, progress.rows + done, progress.dropout);
      if (update) {
        batch.setShare(batch.rows / rows);
        await state.gather(batch.session, batch.feeds, batch.fetches);
      } else {
        await state.step(batch.session, { ...batch.feeds, ...inputs.feeds }, batch.fetches);
      }
      const score = batch.score();
      if (!Number.isFinite(score.loss)) return this.#diagnosed(batch, step, learningRate);
      loss += score.loss;
      correct += score.correct;
      done += batch.rows;
    }
    await update?.();
    progress.step = step;
    progress.rows += rows;
    progress.loss += loss;
    progress.correct += correct;
    this.#observer.onStep?.({ step, steps: plan.steps, loss: loss / rows, learningRate });
    return undefined;
  }

  /** @param done Updates before it. */
  #learningRate(done: number): number {
    const { schedule = "constant", optimizer } = this.#request;
    return learningRateAt(schedule, optimizer.learningRate, done, this.#parts.plan.steps, this.#progress.plateau);
  }

  async #endEpoch(): Promise<Divergence | undefined> {
    const progress = this.#progress;
    const { plan, state } = this.#parts;
    const { graph, validation, schedule = "constant", epochs, snapshotEveryMs = Infinity } = this.#request;
    if (!state.isFinite()) {
      const step = progress.step;
      const found = layerWithBadWeights(graph, state.weights());
      state.undo();
      this.#goBack();
      return { step, learningRate: this.#learningRate(step - 1), ...found };
    }
    const held = await this.#scorer?.score(state.scoredFeeds);
    const heldRows = validation?.features.shape[0] ?? 0;
    const isClasses = !("shape" in this.#request.train.targets);
    const report: EpochReport = {
      epoch: progress.epochs.length + 1,
      step: progress.step,
      trainLoss: progress.loss / plan.rows,
      ...(isClasses && { trainAccuracy: progress.correct / plan.rows }),
      ...(held && { validationLoss: held.loss / heldRows }),
      ...(held && isClasses && { validationAccuracy: held.correct / heldRows }),
    };
    progress.epochs.push(report);
    Object.assign(progress, { rows: 0, loss: 0, correct: 0, shuffle: this.#nextShuffle });
    const { validationLoss = Infinity } = report;
    if (validationLoss < (progress.best?.loss ?? Infinity)) {
      progress.best = { epoch: report.epoch, loss: validationLoss };
      this.#best = state.scored();
    }
    progress.plateau = plateauAfter(schedule, progress.plateau, validationLoss);
    state.keep();
    this.#kept = markOf(progress);
    this.#observer.onEpoch?.(report);
    const now = performance.now();
    if (report.epoch < epochs && now - this.#snapshotAt >= snapshotEveryMs) {
      this.#snapshotAt = now;
      this.#observer.onSnapshot?.(this.#snapshot());
    }
    return undefined;
  }

  async #diagnosed(batch: StepBatch, step: number, learningRate: number): Promise<Divergence> {
    const { graph, trainable } = this.#request;
    const { state } = this.#parts;
    state.undo();
    const feeds = { ...state.feeds, ...batch.feeds };
    const found = await diagnoseDivergence(this.#runtime, graph, { trainable, batch: batch.rows }, feeds);
    this.#goBack();
    return { step, learningRate, ...found };
  }

  /** To before the step that the state has undone; where the weights were bad already, to the end of the last epoch. */
  #goBack(): void {
    const { state } = this.#parts;
    const progress = this.#progress;
    const restore = ({ dropout, ...sums }: StepMark) => {
      Object.assign(progress, sums);
      progress.dropout.state = dropout;
    };
    restore(this.#before);
    if (state.isFinite()) return;
    state.recall();
    restore(this.#kept);
  }

  #snapshot(): TrainingSnapshot {
    const { state, fingerprint } = this.#parts;
    const slots = state.slots();
    for (const [name, data] of Object.entries(this.#best ?? {}) as [string, Float32Array][]) {
      slots.set(`best ${name}`, { shape: [data.length], data: data.slice() });
    }
    return { progress: writeProgress(this.#progress, fingerprint), weights: state.weights(), slots };
  }

  #result(interrupted: boolean, diverged?: Divergence): TrainResult {
    const { state } = this.#parts;
    const { best, epochs, step } = this.#progress;
    const snapshot = this.#snapshot();
    return {
      weights: this.#request.emaDecay === undefined ? snapshot.weights : state.weightsOf(state.scored()),
      ...(best && this.#best && { best: { epoch: best.epoch, weights: state.weightsOf(this.#best) } }),
      epochs,
      steps: step,
      interrupted,
      ...(diverged && { diverged }),
      snapshot,
      seconds: (performance.now() - this.#started) / 1000,
    };
  }
}

function markOf({ step, rows, loss, correct, dropout }: RunProgress): StepMark {
  return { step, rows, loss, correct, dropout: dropout.state };
}
