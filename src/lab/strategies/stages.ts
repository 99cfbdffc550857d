import { liveCurves } from "../insight/liveCurves";
import type { TrainingPhase } from "../train/history";
import type { ModelCore } from "../train/modelCore";
import { partOf, type Progress, ProgressReport } from "../train/progressReport";

/** What a training is part of. */
export interface Within {
  readonly progress?: Progress;
  /** What its phase says of the whole, as sentences. */
  readonly notes?: readonly string[];
  /** The layers that the whole of it trains, see `CrossingOptions`. */
  readonly sharedCut?: readonly string[];
}

/** A training that is part of a strategy, and a phase of the history. */
export interface Stage {
  readonly name: string;
  /** Of the time, beside the shares of the others. */
  readonly share: number;
  /** Draws nothing of its own. */
  readonly run: (progress: Progress) => Promise<TrainingPhase>;
}

export interface StagesOptions {
  /** Default true. */
  readonly plot?: boolean | undefined;
  readonly progress?: Progress | undefined;
}

/**
 * Several trainings of a model as one: one progress, one figure. An interrupt or an error ends them all, with what the model has learnt by then.
 *
 * @returns The last phase.
 */
export async function trainInStages(
  core: ModelCore,
  title: string,
  stages: readonly Stage[],
  { plot = true, progress = new ProgressReport(title) }: StagesOptions = {},
): Promise<TrainingPhase> {
  const curves = plot ? liveCurves("Training") : undefined;
  const unsubscribe = core.history.onChange(() => curves?.update(core.history));
  const total = stages.reduce((sum, { share }) => sum + share, 0);
  let ending = "failed";
  try {
    let done = 0;
    for (const [i, { name, share, run }] of stages.entries()) {
      const place = `${i + 1}/${stages.length}, ${name}`;
      ({ status: ending } = await run(partOf(progress, place, done / total, (done + share) / total)));
      done += share;
    }
    return core.history.phases.at(-1)!;
  } finally {
    unsubscribe();
    curves?.finish(core.history);
    progress.end(ending);
  }
}
