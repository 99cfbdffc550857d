import { existsSync } from "node:fs";
import { GraftError } from "../../shared/graftError";
import { listedRuns, type RunFile, settledRun } from "../../shared/runFile";
import type { RunDescription } from "../../shared/sessionState";
import type { StoredPhase } from "../checkpoint/checkpoint";
import { historyIn } from "../checkpoint/checkpoints";
import { isAlive } from "../checkpoint/writeCheckpoint";
import { inspectText } from "../inspectText";
import { trainingDescription } from "../train/describeModel";
import type { TrainingPhase } from "../train/history";
import { phaseFromFile } from "./keptPhase";
import { runMetrics } from "./runMetrics";
import { runStore } from "./runStore";

/** A training of a model: one call of `trainHead`, `fineTune`, `lora`, `fit`, …, with all its phases. */
export interface Run extends RunDescription {
  /** As they were passed, without data sets; also `backbone` and `examples`, how many it was trained on. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Its phases. Of more than 2,000 steps or epochs those with the highest and the lowest losses. */
  readonly history: readonly TrainingPhase[];
}

/**
 * What has been trained in this notebook, in this kernel and in those before it: the last 100 trainings of models, each a small file beside the checkpoints. Where the kernel
 * has no folder for them (`graft run`, JupyterLab), those of this kernel. What `compareStrategies` and `recommend` train is measured and thrown away: it is not among them.
 */
export const runs = {
  /**
   * Every run that has something to look at, the newest first.
   *
   * @example
   * ```ts
   * import { backbones, datasets, graft, runs, show } from "graft";
   * const { train, validation } = (await datasets.mnist()).train.sample({ labels: 100, seed: 7 }).split({ validation: 0.3, seed: 1 });
   * const backbone = await backbones.load("fashion-cnn");
   * for (const learningRate of [1e-3, 1e-2]) {
   *   const model = graft(backbone, { classes: train.classes });
   *   await model.fineTune(train, { lastLayers: 2, epochs: 2, learningRate, validation, plot: false });
   * }
   * const [second, first] = runs.list();
   * show.curves([first!, second!]);
   * show.compare([first!, second!]);
   * ```
   */
  list(): Run[] {
    const files = new Map(runStore.all().map((file) => [file.run.id, file]));
    const settled = [...files.values()].map((file) => settledRun(file, (pid) => isTrained(file.run.id, pid)));
    return listedRuns(settled, existsSync)
      .map((run) => runOf(files.get(run.id)!, run))
      .filter(({ history }) => history.length > 0);
  },

  /**
   * The run with this id, one of `runs.list()`.
   *
   * @throws GraftError `runs/unknown`.
   * @example
   * ```ts
   * import { backbones, datasets, graft, runs, show } from "graft";
   * const { train } = await datasets.mnist();
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.trainHead(train.sample({ labels: 50, seed: 7 }), { plot: false });
   * const { id } = runs.list()[0]!;
   * show.curves(runs.get(id));
   * ```
   */
  get(id: string): Run {
    const found = runs.list().find((run) => run.id === id);
    if (found === undefined) throw unknown(id);
    return found;
  },

  /**
   * Forgets a run; its checkpoint stays.
   *
   * @throws GraftError `runs/unknown`.
   * @example
   * ```ts
   * import { backbones, datasets, graft, runs } from "graft";
   * const { train } = await datasets.mnist();
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.trainHead(train.sample({ labels: 50, seed: 7 }), { plot: false });
   * runs.delete(runs.list()[0]!.id);
   * ```
   */
  delete(id: string): void {
    if (!runStore.delete(id)) throw unknown(id);
  },
};

function runOf({ options, history, phasesBefore }: RunFile, run: RunDescription): Run {
  const kept = (history as readonly StoredPhase[]).map(phaseFromFile);
  // A kernel that ended in the midst of it left what its checkpoint says.
  const phases = kept.length > 0 || run.checkpoint === undefined ? kept : historyIn(run.checkpoint).slice(phasesBefore);
  const described = kept.length > 0 ? {} : { phases: phases.map(trainingDescription), ...runMetrics(phases) };
  const whole = { ...run, ...described, options, history: phases };
  return Object.defineProperty(whole, inspectText, { value: () => runText(whole) });
}

/** `"20260102-030405678-1f2e  model: last 3 layers, finished, validation accuracy 91.2 %"`. */
function runText({ id, name, status, final }: Run): string {
  const accuracy = final?.validationAccuracy ?? final?.trainAccuracy;
  const split = final?.validationAccuracy === undefined ? "training" : "validation";
  const reached = accuracy === undefined ? "" : `, ${split} accuracy ${(100 * accuracy).toFixed(1)} %`;
  return `${id}  ${name}, ${status}${reached}`;
}

/** A file with the number of this process is of an earlier one, unless this one has it in memory too. */
function isTrained(id: string, pid: number): boolean {
  return runStore.holds(id) || (pid !== process.pid && isAlive(pid));
}

function unknown(id: string): GraftError {
  const ids = runs.list().map((run) => run.id);
  return new GraftError({
    code: "runs/unknown",
    expected: "the id of a run of this notebook",
    found: `"${id}"`,
    remedy:
      ids.length === 0
        ? "Train a model first: its run is in runs.list() then"
        : `Choose one of runs.list(), the last is "${ids[0]}"`,
  });
}
