import { GraftError } from "../../shared/graftError";
import { Rng } from "../../shared/rng";
import type { EpochReport } from "./engine";
import type { RequestFingerprint } from "./requestFingerprint";
import { PLATEAU_START, type PlateauState } from "./schedule";
import type { TrainingProgress } from "./trainingSnapshot";

/** Shuffling and dropout draw from streams of their own, so that one does not move the other. */
const dropoutStream = 0x6d2b79f5;
const version = 1;

/** How far a run is: all that decides what comes next beside the weights and the optimizer's slots. */
export interface RunProgress {
  /** Updates so far. */
  step: number;
  /** Rows of the running epoch that have been trained on, with the sums of their losses and hits. */
  rows: number;
  loss: number;
  correct: number;
  /** Of the whole epochs. */
  readonly epochs: EpochReport[];
  /** The epoch with the lowest validation loss; see `earlyStopping.ts`. */
  best: { readonly epoch: number; readonly loss: number } | undefined;
  plateau: PlateauState;
  /** Before the order of the running epoch was drawn. */
  shuffle: readonly number[];
  readonly dropout: Rng;
}

export function newProgress(seed: number): RunProgress {
  return {
    step: 0,
    rows: 0,
    loss: 0,
    correct: 0,
    epochs: [],
    best: undefined,
    plateau: PLATEAU_START,
    shuffle: new Rng(seed).state,
    dropout: new Rng(seed ^ dropoutStream),
  };
}

/** As JSON. */
export function writeProgress(progress: RunProgress, engine: string, request: RequestFingerprint): TrainingProgress {
  const { step, rows, loss, correct, epochs, best, plateau, shuffle, dropout } = progress;
  return {
    engine,
    version,
    step,
    epoch: epochs.length,
    rows,
    loss,
    correct,
    epochs: [...epochs],
    ...(best && { best }),
    plateau,
    shuffle,
    dropout: dropout.state,
    request,
  };
}

/** @throws GraftError `engine/snapshot` when it is none of this engine's, or damaged. */
export function readProgress(
  plain: TrainingProgress,
  engine: string,
): { progress: RunProgress; request: RequestFingerprint } {
  const written = plain as unknown as ReturnType<typeof writeProgress> & WrittenProgress;
  if (written.engine !== engine || written.version !== version) {
    throw new GraftError({
      code: "engine/snapshot",
      expected: `a snapshot of the ${engine} engine, version ${version}`,
      found: `${written.engine}, version ${String(written.version)}`,
      remedy: "Go on with the engine and version of Graft that took it, or start a new training from its weights",
    });
  }
  const dropout = new Rng(0);
  dropout.state = written.dropout;
  return {
    progress: {
      step: written.step,
      rows: written.rows,
      loss: written.loss,
      correct: written.correct,
      epochs: written.epochs.map(withNumbers),
      best: written.best,
      plateau: written.plateau,
      shuffle: written.shuffle,
      dropout,
    },
    request: written.request,
  };
}

interface WrittenProgress {
  readonly engine: string;
  readonly version: number;
  readonly rows: number;
  readonly loss: number;
  readonly correct: number;
  readonly epochs: readonly EpochReport[];
  readonly best?: { readonly epoch: number; readonly loss: number };
  readonly plateau: PlateauState;
  readonly shuffle: readonly number[];
  readonly dropout: readonly number[];
  readonly request: RequestFingerprint;
}

/** JSON writes NaN and infinity, which the loss of a validation can be, as null. */
function withNumbers(report: EpochReport): EpochReport {
  return { ...report, ...("validationLoss" in report && { validationLoss: report.validationLoss ?? NaN }) };
}
