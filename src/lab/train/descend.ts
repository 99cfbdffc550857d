import { weightsOf } from "../backbone/cutGraph";
import type { Weights } from "../backbone/layerGraph";
import { CHECKPOINT_INTERVAL_MS, type ModelCheckpoints } from "../checkpoint/modelCheckpoints";
import type { Dataset } from "../data/dataset";
import type { Examples, TrainObserver, TrainResult } from "../engine/engine";
import type { TrainingSnapshot } from "../engine/trainingSnapshot";
import { sampleWeightsOf, type TrainingPlan } from "./fineTuneOptions";
import { initialFactors, mergedFactors } from "./lowRankFactors";
import { type Network, streamTrunk } from "./forwardPass";
import { crossed, reached, type TrainedPart, type TrainingSession } from "./trainingSession";
import type { UnfinishedTraining } from "./unfinishedTraining";

export interface Descent {
  readonly network: Network;
  readonly checkpoints: ModelCheckpoints;
  readonly plan: TrainingPlan;
  readonly train: Dataset;
  readonly validation?: Dataset;
  /** Goes on from here. */
  readonly snapshot?: TrainingSnapshot;
}

/** Gradient descent on the tail of a network by a plan, telling history, progress and checkpoints as it goes. */
export async function descend(descent: Descent, session: TrainingSession): Promise<TrainedPart> {
  const { network, plan, train, validation, snapshot } = descent;
  const { cut, progress } = session;
  const { engine, interruptFlag } = network.runtime;
  const examples = async (dataset: Dataset): Promise<Examples> => {
    const crossing = { onRows: crossed(progress), sharedCut: plan.sharedCut };
    const features = await streamTrunk(network, cut.trunk, dataset, crossing);
    const sampleWeights = sampleWeightsOf(plan, dataset.labels);
    return { features, targets: dataset.labels, ...(sampleWeights && { sampleWeights }) };
  };
  const trainExamples = await examples(train);
  const held = validation && (await examples(validation));
  const trained = { trainable: plan.layers, lowRank: plan.lowRank };
  const factors = initialFactors(cut.tail, trained, plan.seed);
  const weights = new Map([...weightsOf(cut.tail, network.weights), ...factors]);
  const merged = (reached: Weights) =>
    wholeModel(network, mergedFactors(cut.tail, trained, reached, snapshot?.weights ?? weights));
  const result = await engine.train(
    {
      ...settingsOf(plan),
      graph: cut.tail,
      weights,
      trainable: plan.layers,
      train: trainExamples,
      interruptFlag,
      ...(held && { validation: held }),
      ...(snapshot && { resume: snapshot }),
      ...(descent.checkpoints.enabled && { snapshotEveryMs: CHECKPOINT_INTERVAL_MS }),
      ...(session.watch && { snapshotEveryMs: 0 }),
    },
    observer(descent, session, merged),
  );
  if (result.stoppedEarly) session.log.note(stoppedEarly(plan, result));
  return {
    weights: merged(result.weights),
    interrupted: result.interrupted,
    ...(result.best && { best: { epoch: result.best.epoch, weights: merged(result.best.weights) } }),
    ...(result.interrupted && { unfinished: unfinishedAt(descent, result.snapshot) }),
    ...(result.diverged && { diverged: result.diverged }),
  };
}

/** @param merged The whole model from weights of the tail. */
function observer(
  descent: Descent,
  { log, progress, watch }: TrainingSession,
  merged: (reached: Weights) => Weights,
): TrainObserver {
  const { network, checkpoints, plan, train, snapshot: begin } = descent;
  let epoch = (begin?.progress.epoch ?? 0) + 1;
  return {
    onStep: ({ step, steps, loss, learningRate }) => {
      log.step({ step, loss, learningRate });
      progress.update(step / steps, `epoch ${epoch}/${plan.epochs}, loss ${loss.toFixed(3)}`);
    },
    onEpoch: (report) => {
      epoch = Math.min(report.epoch + 1, plan.epochs);
      log.epoch(report);
    },
    onSnapshot: (snapshot) => {
      const weights = merged(snapshot.weights);
      watch?.(weights);
      checkpoints.offer({
        graph: network.graph,
        weights,
        trainable: plan.layers,
        trainedOn: train.id,
        reached: reached(log, plan.epochs),
        unfinished: unfinishedAt(descent, snapshot),
      });
    },
  };
}

function stoppedEarly({ epochs, earlyStopping }: TrainingPlan, { epochs: done, best }: TrainResult): string {
  const waited = `its validation loss had not improved for ${earlyStopping!.patience} epochs`;
  const weights = best ? ` The weights are those of epoch ${best.epoch}.` : "";
  return `Stopped early after epoch ${done.length} of ${epochs}: ${waited}.${weights}`;
}

function unfinishedAt({ plan, train, validation }: Descent, snapshot: TrainingSnapshot): UnfinishedTraining {
  return { plan, snapshot, trainedOn: train.id, ...(validation && { validatedOn: validation.id }) };
}

function wholeModel(network: Network, weights: Weights): Weights {
  return new Map([...network.weights, ...weights]);
}

/** What of a plan an engine reads. */
export function settingsOf(plan: TrainingPlan) {
  const { epochs, batchSize, optimizer, schedule, loss, seed, earlyStopping, lowRank } = plan;
  const { learningRateFactors, clipNorm, accumulateBatches, emaDecay } = plan;
  return {
    ...{ epochs, batchSize, optimizer, schedule, loss, seed },
    ...(learningRateFactors && { learningRateFactors: new Map(Object.entries(learningRateFactors)) }),
    ...(earlyStopping && { earlyStopping }),
    ...(lowRank && { lowRank }),
    ...(clipNorm !== undefined && { clipNorm }),
    ...(accumulateBatches !== undefined && { accumulateBatches }),
    ...(emaDecay !== undefined && { emaDecay }),
  };
}
