/**
 * The course of a training, whatever computes it: order of the rows, learning rate, epochs, validation, best weights, snapshots,
 * what a divergence goes back to. An engine brings a `TrainingMachine`, which computes single updates.
 */
import { Rng } from "../../shared/rng";
import type { Tensor, Weights } from "../backbone/layerGraph";
import { checkTrainRequest, type TrainingPlan } from "./checkTrainRequest";
import { layerWithBadWeights } from "./diagnoseDivergence";
import { improves, stopsEarly } from "./earlyStopping";
import type { Divergence, EpochReport, TrainObserver, TrainRequest, TrainResult } from "./engine";
import type { KeptWeights } from "./keptWeights";
import { type RequestFingerprint, requestFingerprint, requireSameRequest } from "./requestFingerprint";
import { newProgress, readProgress, type RunProgress, writeProgress } from "./runProgress";
import { learningRateAt, plateauAfter } from "./schedule";
import type { StepScore } from "./stepBatch";
import type { TrainingSnapshot } from "./trainingSnapshot";

export interface TrainingMachine {
  readonly state: MachineState;
  /**
   * One update, from one batch or from a group of them whose gradients are averaged. Answers sums over its rows; where the loss is
   * not finite, the state is as before the update and the answer is why.
   */
  update(update: PlannedUpdate): Promise<StepScore | DivergenceCause>;
  /** Of the validation examples, in inference mode; undefined where there are none. */
  score(): Promise<StepScore | undefined>;
  close(): void;
}

export interface PlannedUpdate {
  /** From 1. */
  readonly step: number;
  readonly learningRate: number;
  /** Its rows are `order[from]` to `order[from + rows - 1]`. */
  readonly order: Uint32Array;
  readonly from: number;
  readonly rows: number;
  readonly dropout: Rng;
}

export type DivergenceCause = Pick<Divergence, "layer" | "what">;

/** Weights and optimizer slots of a run. */
export interface MachineState {
  isFinite(): boolean;
  /** Undoes the last update; once. */
  undo(): void;
  /** Remembers the present as the last state that was good. */
  keep(): void;
  /** Goes back to it. */
  recall(): void;
  /** A copy of the weights that are scored: the averaged ones where there are. */
  scored(): KeptWeights;
  /** A new map of the weights as they are now, without averaging. */
  weights(): Weights;
  /** A new map: trained weights from `kept`, all others as they came in. */
  weightsOf(kept: KeptWeights): Weights;
  /** Copies of the slots, for a snapshot. */
  slots(): Map<string, Tensor>;
  /** Weights of their own in a snapshot's slots, beginning with `prefix`. */
  keptFrom(slots: Weights, prefix: string): KeptWeights;
}

/**
 * Trains on the calling thread. The interrupt flag is read before each update.
 *
 * @param engine Whose snapshots are taken and gone on from.
 * @throws GraftError when the request does not fit the graph, itself, or the snapshot that it goes on from.
 */
export async function runTrainingLoop(
  engine: string,
  request: TrainRequest,
  observer: TrainObserver,
  openMachine: (plan: TrainingPlan) => Promise<TrainingMachine>,
): Promise<TrainResult> {
  const plan = checkTrainRequest(request);
  const fingerprint = requestFingerprint(request);
  const resumed = request.resume && readProgress(request.resume.progress, engine);
  if (resumed) requireSameRequest(fingerprint, resumed.request);
  const machine = await openMachine(plan);
  try {
    const progress = resumed?.progress ?? newProgress(request.seed);
    return await new TrainingRun(engine, request, observer, { plan, progress, fingerprint, machine }).train();
  } finally {
    machine.close();
  }
}

/** What of the progress a step changes. */
type StepMark = Pick<RunProgress, "step" | "rows" | "loss" | "correct"> & { readonly dropout: readonly number[] };

interface Parts {
  readonly plan: TrainingPlan;
  readonly progress: RunProgress;
  readonly fingerprint: RequestFingerprint;
  readonly machine: TrainingMachine;
}

class TrainingRun {
  readonly #engine: string;
  readonly #request: TrainRequest;
  readonly #observer: TrainObserver;
  readonly #parts: Parts;
  readonly #progress: RunProgress;
  readonly #started = performance.now();
  #best: KeptWeights | undefined;
  /** Before the last step. */
  #before: StepMark;
  /** At the end of the last epoch, whose weights the state keeps. */
  #kept: StepMark;
  #nextShuffle: readonly number[] = [];
  #snapshotAt = performance.now();

  constructor(engine: string, request: TrainRequest, observer: TrainObserver, parts: Parts) {
    const { resume } = request;
    const { progress, machine } = parts;
    this.#engine = engine;
    this.#request = request;
    this.#observer = observer;
    this.#parts = parts;
    this.#progress = progress;
    this.#best = resume && progress.best && machine.state.keptFrom(resume.slots, "best");
    this.#before = this.#kept = markOf(progress);
  }

  async train(): Promise<TrainResult> {
    const { epochs, interruptFlag } = this.#request;
    const progress = this.#progress;
    while (progress.epochs.length < epochs && !this.#stopsEarly()) {
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

  #stopsEarly(): boolean {
    const { epochs, best } = this.#progress;
    return stopsEarly(this.#request.earlyStopping, epochs.length, best?.epoch);
  }

  /** Of the running epoch; a run that is taken up within it draws the same again. */
  #order(): Uint32Array {
    const { rows } = this.#parts.plan;
    const { views = 1 } = this.#request.train;
    const shuffle = new Rng(0);
    shuffle.state = this.#progress.shuffle;
    const order = shuffle.permutation(rows);
    this.#nextShuffle = shuffle.state;
    const firstOfView = (this.#progress.epochs.length % views) * rows;
    return order.map((row) => firstOfView + row);
  }

  /** One update. */
  async #step(order: Uint32Array): Promise<Divergence | undefined> {
    const progress = this.#progress;
    const { plan, machine } = this.#parts;
    const { batchSize, accumulateBatches = 1 } = this.#request;
    const learningRate = this.#learningRate(progress.step);
    const step = progress.step + 1;
    const from = progress.rows;
    const rows = Math.min(batchSize * accumulateBatches, plan.rows - from);
    this.#before = markOf(progress);
    const found = await machine.update({ step, learningRate, order, from, rows, dropout: progress.dropout });
    if ("what" in found) {
      this.#goBack();
      return { step, learningRate, ...found };
    }
    progress.step = step;
    progress.rows += rows;
    progress.loss += found.loss;
    progress.correct += found.correct;
    this.#observer.onStep?.({ step, steps: plan.steps, loss: found.loss / rows, learningRate });
    return undefined;
  }

  /** @param done Updates before it. */
  #learningRate(done: number): number {
    const { schedule = "constant", optimizer } = this.#request;
    return learningRateAt(schedule, optimizer.learningRate, done, this.#parts.plan.steps, this.#progress.plateau);
  }

  async #endEpoch(): Promise<Divergence | undefined> {
    const progress = this.#progress;
    const { plan, machine } = this.#parts;
    const { state } = machine;
    const { graph, validation, schedule = "constant", epochs, earlyStopping } = this.#request;
    const { snapshotEveryMs = Infinity } = this.#request;
    if (!state.isFinite()) {
      const step = progress.step;
      const found = layerWithBadWeights(graph, state.weights());
      state.undo();
      this.#goBack();
      return { step, learningRate: this.#learningRate(step - 1), ...found };
    }
    const held = await machine.score();
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
    if (improves(earlyStopping, validationLoss, progress.best?.loss)) {
      progress.best = { epoch: report.epoch, loss: validationLoss };
      this.#best = state.scored();
    }
    progress.plateau = plateauAfter(schedule, progress.plateau, validationLoss);
    state.keep();
    this.#kept = markOf(progress);
    this.#observer.onEpoch?.(report);
    const now = performance.now();
    if (report.epoch < epochs && !this.#stopsEarly() && now - this.#snapshotAt >= snapshotEveryMs) {
      this.#snapshotAt = now;
      this.#observer.onSnapshot?.(this.#snapshot());
    }
    return undefined;
  }

  /** To before the step that the state has undone; where the weights were bad already, to the end of the last epoch. */
  #goBack(): void {
    const { state } = this.#parts.machine;
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
    const { machine, fingerprint } = this.#parts;
    const slots = machine.state.slots();
    for (const [name, data] of Object.entries(this.#best ?? {}) as [string, Float32Array][]) {
      slots.set(`best ${name}`, { shape: [data.length], data: data.slice() });
    }
    return {
      progress: writeProgress(this.#progress, this.#engine, fingerprint),
      weights: machine.state.weights(),
      slots,
    };
  }

  #result(interrupted: boolean, diverged?: Divergence): TrainResult {
    const { state } = this.#parts.machine;
    const { best, epochs, step } = this.#progress;
    const { earlyStopping, emaDecay } = this.#request;
    const snapshot = this.#snapshot();
    const bestWeights = this.#best && state.weightsOf(this.#best);
    const reached = emaDecay === undefined ? snapshot.weights : state.weightsOf(state.scored());
    const endsWithBest = earlyStopping !== undefined && !interrupted && diverged === undefined;
    return {
      weights: (endsWithBest ? bestWeights : undefined) ?? reached,
      ...(best && bestWeights && { best: { epoch: best.epoch, weights: bestWeights } }),
      epochs,
      steps: step,
      interrupted,
      ...(endsWithBest && epochs.length < this.#request.epochs && { stoppedEarly: true }),
      ...(diverged && { diverged }),
      snapshot,
      seconds: (performance.now() - this.#started) / 1000,
    };
  }
}

function markOf({ step, rows, loss, correct, dropout }: RunProgress): StepMark {
  return { step, rows, loss, correct, dropout: dropout.state };
}
