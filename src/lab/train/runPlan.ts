import type { CutGraph } from "../backbone/cutGraph";
import { weightsOf } from "../backbone/cutGraph";
import type { Weights } from "../backbone/layerGraph";
import { CHECKPOINT_INTERVAL_MS } from "../checkpoint/modelCheckpoints";
import type { Engine, Examples, Features, TrainResult } from "../engine/engine";
import type { TrainingSnapshot } from "../engine/trainingSnapshot";
import { sampleWeightsOf, type TrainingPlan } from "./fineTuneOptions";
import type { PhaseLog } from "./historyLog";
import type { ProgressReport } from "./progressReport";

/** Features of a dataset at the cut, with its labels. */
export interface CutExamples {
  readonly features: Features;
  /** `[n]`, class indices from 0. */
  readonly labels: Int32Array;
}

export interface PlanRun {
  readonly engine: Engine;
  readonly plan: TrainingPlan;
  readonly cut: CutGraph;
  readonly weights: Weights;
  readonly train: CutExamples;
  readonly validation?: CutExamples;
  readonly interruptFlag: Int32Array<SharedArrayBuffer>;
  readonly resume?: TrainingSnapshot;
  readonly log: PhaseLog;
  readonly progress: ProgressReport;
  /** Called now and then at the end of an epoch; absent: nobody keeps snapshots. */
  readonly onSnapshot?: (snapshot: TrainingSnapshot) => void;
}

/** Runs a plan on the tail, telling history and progress as it goes. */
export function runPlan(run: PlanRun): Promise<TrainResult> {
  const { engine, plan, cut, train, validation, log, progress, resume, onSnapshot } = run;
  let epoch = (resume?.progress.epoch ?? 0) + 1;
  return engine.train(
    {
      ...settingsOf(plan),
      graph: cut.tail,
      weights: weightsOf(cut.tail, run.weights),
      trainable: plan.layers,
      train: weighted(plan, train),
      interruptFlag: run.interruptFlag,
      ...(validation && { validation: weighted(plan, validation) }),
      ...(resume && { resume }),
      ...(onSnapshot && { snapshotEveryMs: CHECKPOINT_INTERVAL_MS }),
    },
    {
      onStep: ({ step, steps, loss, learningRate }) => {
        log.step({ step, loss, learningRate });
        progress.update(step / steps, `epoch ${epoch}/${plan.epochs}, loss ${loss.toFixed(3)}`);
      },
      onEpoch: (report) => {
        epoch = Math.min(report.epoch + 1, plan.epochs);
        // Softmax cross-entropy always has an accuracy.
        log.epoch({ ...report, trainAccuracy: report.trainAccuracy! });
      },
      ...(onSnapshot && { onSnapshot }),
    },
  );
}

function settingsOf(plan: TrainingPlan) {
  const { epochs, batchSize, optimizer, schedule, loss, seed } = plan;
  const { learningRateFactors, clipNorm, accumulateBatches, emaDecay } = plan;
  return {
    ...{ epochs, batchSize, optimizer, schedule, loss, seed },
    ...(learningRateFactors && { learningRateFactors: new Map(Object.entries(learningRateFactors)) }),
    ...(clipNorm !== undefined && { clipNorm }),
    ...(accumulateBatches !== undefined && { accumulateBatches }),
    ...(emaDecay !== undefined && { emaDecay }),
  };
}

function weighted(plan: TrainingPlan, { features, labels }: CutExamples): Examples {
  const sampleWeights = sampleWeightsOf(plan, labels);
  return { features, targets: labels, ...(sampleWeights && { sampleWeights }) };
}
