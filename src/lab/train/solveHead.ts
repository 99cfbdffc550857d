import type { Dataset } from "../data/dataset";
import { solveProbe } from "../head/linearProbe";
import { crossTrunk, type Network } from "./forwardPass";
import { crossed, type TrainedPart, type TrainingSession } from "./trainingSession";

export interface HeadTraining {
  readonly train: Dataset;
  readonly validation?: Dataset;
  readonly classes: number;
  readonly l2?: number;
}

/** Solves the head of a network on its frozen features, telling history and progress as it goes. */
export async function solveHead(
  network: Network,
  { train, validation, classes, l2 }: HeadTraining,
  { cut, log, progress }: TrainingSession,
): Promise<TrainedPart> {
  const { engine, interruptFlag } = network.runtime;
  const crossing = async (dataset: Dataset) => ({
    features: await crossTrunk(network, cut.trunk, dataset, crossed(progress)),
    labels: dataset.labels,
  });
  const examples = await crossing(train);
  const held = validation && (await crossing(validation));
  const probe = await solveProbe(engine, {
    train: examples,
    classes,
    interruptFlag,
    onIteration: ({ iteration, objective, loss }) => {
      // The curve of what is minimised, which only falls; the loss without the penalty may rise on the way.
      log.step({ step: iteration, loss: objective });
      progress.update(0.5, `iteration ${iteration}, loss ${loss.toFixed(3)}`);
    },
    ...(held && { validation: held }),
    ...(l2 !== undefined && { l2 }),
  });
  log.epoch({
    epoch: 1,
    step: log.steps.length,
    trainLoss: probe.train.loss,
    trainAccuracy: probe.train.accuracy,
    ...(probe.validation && {
      validationLoss: probe.validation.loss,
      validationAccuracy: probe.validation.accuracy,
    }),
  });
  const head = network.graph.output;
  return {
    weights: new Map([
      [`${head}/kernel`, probe.head.kernel],
      [`${head}/bias`, probe.head.bias],
    ]),
    interrupted: probe.interrupted,
  };
}
