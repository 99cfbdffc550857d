/** Keeps what becomes of a training as a run: written when it has begun and when it has ended, never in between. */
import { labHost } from "../../shared/labHost";
import { RUN_VERSION, runId, type RunFile } from "../../shared/runFile";
import type { RunDescription } from "../../shared/sessionState";
import type { Dataset } from "../data/dataset";
import { trainingDescription } from "../train/describeModel";
import type { TrainingPhase } from "../train/history";
import type { ModelCore } from "../train/modelCore";
import { keptPhase } from "./keptPhase";
import { runMetrics } from "./runMetrics";
import { runStore } from "./runStore";

export interface RecordedTraining {
  /** What the person's variable holds. */
  readonly model: object;
  readonly core: ModelCore;
  /** Name of the method. */
  readonly strategy: string;
  readonly train: Dataset;
  /** As the person passed them. */
  readonly options: object;
}

let runs = 0;

/** Runs `work`, which trains, and keeps what came of it. What fails before anything is trained leaves no run. */
export async function recordRun<T>(training: RecordedTraining, work: () => Promise<T>): Promise<T> {
  const { core, strategy } = training;
  const phasesBefore = core.history.phases.length - (strategy === "resume" ? 1 : 0);
  // One that trains already refuses this; one whose training is not saved is measured and thrown away.
  const wanted = core.checkpoints.wanted && !isTraining(core);
  const working = work();
  if (!wanted || !isTraining(core)) return working;
  const run = new RunRecord(training, phasesBefore);
  run.keep("running");
  try {
    const result = await working;
    run.keep("finished");
    return result;
  } catch (error) {
    run.keep((error as Error | undefined)?.name === "InterruptedError" ? "interrupted" : "failed");
    throw error;
  }
}

function isTraining({ history }: ModelCore): boolean {
  return history.phases.at(-1)?.status === "training";
}

class RunRecord {
  readonly #training: RecordedTraining;
  readonly #phasesBefore: number;
  readonly #started = new Date();
  readonly #clock = performance.now();
  readonly #id = runId(this.#started, process.pid + ++runs);

  constructor(training: RecordedTraining, phasesBefore: number) {
    this.#training = training;
    this.#phasesBefore = phasesBefore;
  }

  /** Whatever goes wrong with that, the training goes on. */
  keep(status: RunDescription["status"]): void {
    try {
      this.#keep(status);
    } catch (error) {
      runStore.warn(error as Error);
    }
  }

  #keep(status: RunDescription["status"]): void {
    const { core, model } = this.#training;
    const seconds = Math.round(performance.now() - this.#clock) / 1000;
    if (status === "running") {
      runStore.keep(this.#file(status, seconds, []));
      return;
    }
    const ran = core.history.phases.slice(this.#phasesBefore);
    const phases = ran.filter(({ steps, epochs }) => steps.length + epochs.length > 0);
    if (phases.length === 0) {
      runStore.delete(this.#id); // Stopped before its first step: there is nothing to look at.
      return;
    }
    runStore.keep(this.#file(status, seconds, phases));
    if (labHost().nameOf(model) !== undefined) return;
    // Trained in the cell that declares it: the variable is set when the cell has ended.
    labHost().afterCell(() => {
      if (labHost().nameOf(model) !== undefined) runStore.keep(this.#file(status, seconds, phases));
    });
  }

  #file(status: RunDescription["status"], seconds: number, phases: readonly TrainingPhase[]): RunFile {
    const { core, model, strategy } = this.#training;
    const { backbone, checkpoints, history } = core;
    const variable = labHost().nameOf(model);
    const trained = status === "running" ? history.phases.slice(-1) : phases;
    return {
      version: RUN_VERSION,
      pid: process.pid,
      options: keptOptions(this.#training),
      phasesBefore: this.#phasesBefore,
      history: phases.map(keptPhase),
      run: {
        ...{
          id: this.#id,
          name: `${variable ?? backbone}: ${phasesText(trained)}`,
          backbone,
          strategy,
          status,
          seconds,
        },
        ...(variable !== undefined && { model: variable }),
        startedAt: this.#started.toISOString(),
        phases: phases.map(trainingDescription),
        ...runMetrics(phases),
        ...(checkpoints.file !== undefined && { checkpoint: checkpoints.file }),
      },
    };
  }
}

/** `"head, then last 3 layers"`. */
function phasesText(phases: readonly TrainingPhase[]): string {
  const [first, last] = [phases[0]!.name, phases.at(-1)!.name];
  if (phases.length === 1) return first;
  return phases.length === 2 ? `${first}, then ${last}` : `${first} to ${last} in ${phases.length} stages`;
}

/** What can be kept of them, with what else decides what a number is worth. */
function keptOptions({ core, train, options }: RecordedTraining): Readonly<Record<string, unknown>> {
  const common = { backbone: core.backbone, examples: train.size };
  const given = Object.entries(options).filter(([name]) => name !== "plot" && name !== "validation");
  return JSON.parse(JSON.stringify({ ...common, ...Object.fromEntries(given) })) as Record<string, unknown>;
}
