/** The head alone: features once, then a head of the wanted kind from them, in place of the one that the model has. */
import { weightedLayers } from "../backbone/graphShapes";
import type { LayerGraph, Weights } from "../backbone/layerGraph";
import type { Dataset } from "../data/dataset";
import { type LabelledFeatures, solveProbe } from "../head/linearProbe";
import { trainMlp } from "../head/mlpHead";
import { DEFAULT_DROPOUT, DEFAULT_HIDDEN_UNITS, requireDropout, requireHiddenUnits } from "../head/mlpSettings";
import { nearestWeights, requireNeighbours } from "../head/nearestHead";
import { prototypeHead } from "../head/prototypes";
import { type Score, scoreLogits } from "../head/softmaxScore";
import type { LinearHead } from "../head/standardisation";
import { classWeightsOf } from "../train/fineTuneOptions";
import { crossTrunk } from "../train/forwardPass";
import { headOf, withHead } from "../train/headLayers";
import type { TrainingPhase } from "../train/history";
import type { ModelCore } from "../train/modelCore";
import { requireHeadOptions } from "../train/requireHeadOptions";
import type {
  HeadMethod,
  LinearHeadOptions,
  MlpHeadOptions,
  NearestHeadOptions,
  TrainHeadOptions,
} from "../train/trainHeadOptions";
import { crossed, type TrainedPart, type TrainingSession } from "../train/trainingSession";
import type { Within } from "./stages";

/** A head before it is learnt, and how that is done. */
interface HeadPlan {
  /** With the head in place. */
  readonly graph: LayerGraph;
  readonly learn: (examples: HeadExamples, session: TrainingSession) => Promise<TrainedPart>;
}

interface HeadExamples {
  readonly train: LabelledFeatures;
  readonly validation?: LabelledFeatures;
}

/** See `Model.trainHead`. */
export async function trainHead(
  core: ModelCore,
  train: Dataset,
  options: TrainHeadOptions,
  { sharedCut, ...within }: Within = {},
): Promise<TrainingPhase> {
  const head = headOf(core.graph, core.featureLayer);
  const method = options.method ?? (weightedLayers({ ...core.graph, layers: head }).length > 1 ? "mlp" : "linear");
  requireHeadOptions(method, options);
  const { graph, learn } = plans[method](core, train, options as never);
  const { validation, plot } = options;
  const layers = weightedLayers({ ...graph, layers: headOf(graph, core.featureLayer) });
  const settings = { ...within, graph, ...(validation && { validation }), ...(plot !== undefined && { plot }) };
  return core.train(train, layers, settings, async (session) => {
    const crossing = { onRows: crossed(session.progress), sharedCut };
    const features = async (dataset: Dataset): Promise<LabelledFeatures> => ({
      features: await crossTrunk(core.network, session.cut.trunk, dataset, crossing),
      labels: dataset.labels,
    });
    const examples = { train: await features(train), ...(validation && { validation: await features(validation) }) };
    return learn(examples, session);
  });
}

const plans = { linear, mlp, nearest, prototypes } satisfies Record<HeadMethod, unknown>;

function linear(core: ModelCore, train: Dataset, options: LinearHeadOptions): HeadPlan {
  const { l2, labelSmoothing = 0 } = options;
  const graph = withHead(core.graph, core.featureLayer, core.classes.length, { kind: "linear" });
  const sampleWeights = rowWeights(train, options.classWeights);
  return {
    graph,
    async learn(examples, { log, progress }) {
      const { engine, interruptFlag } = core.runtime;
      const probe = await solveProbe(engine, {
        ...{ ...examples, classes: core.classes.length, labelSmoothing, interruptFlag },
        ...(sampleWeights && { sampleWeights }),
        ...(l2 !== undefined && { l2 }),
        onIteration: ({ iteration, objective, loss }) => {
          // The curve of what is minimised, which only falls; the loss without the penalty may rise on the way.
          log.step({ step: iteration, loss: objective });
          progress.update(0.5, `iteration ${iteration}, loss ${loss.toFixed(3)}`);
        },
      });
      logScores({ log }, probe.train, probe.validation);
      return { weights: denseWeights(graph, probe.head), interrupted: probe.interrupted };
    },
  };
}

function prototypes(core: ModelCore): HeadPlan {
  const graph = withHead(core.graph, core.featureLayer, core.classes.length, { kind: "linear" });
  return {
    graph,
    learn: async (examples, session) =>
      scored(core, session, examples, denseWeights(graph, prototypeHead(examples.train, core.classes.length))),
  };
}

function nearest(core: ModelCore, train: Dataset, options: NearestHeadOptions): HeadPlan {
  const neighbours = requireNeighbours(options.neighbours, train.size);
  const head = { kind: "nearest", examples: train.size, neighbours } as const;
  const graph = withHead(core.graph, core.featureLayer, core.classes.length, head);
  const classWeights = classWeightsOf(train, options.classWeights) ?? core.classes.map(() => 1);
  return {
    graph,
    learn: (examples, session) => {
      session.log.note("In the training accuracy every example counts among its own neighbours.");
      return scored(core, session, examples, nearestWeights(graph.output, examples.train, classWeights));
    },
  };
}

function mlp(core: ModelCore, train: Dataset, options: MlpHeadOptions): HeadPlan {
  const [present] = headOf(core.graph, core.featureLayer);
  const units = present?.type === "Dense" && present.name !== core.graph.output ? present.units : DEFAULT_HIDDEN_UNITS;
  const graph = withHead(core.graph, core.featureLayer, core.classes.length, {
    kind: "mlp",
    hiddenUnits: requireHiddenUnits(options.hiddenUnits ?? units),
    dropout: requireDropout(options.dropout ?? DEFAULT_DROPOUT),
  });
  const sampleWeights = rowWeights(train, options.classWeights);
  const { learningRate = 1e-3, weightDecay = 0.01, epochs = 100, labelSmoothing = 0, seed = 0 } = options;
  const { batchSize = Math.min(32, train.size), patience = options.validation && 10 } = options;
  const numbers = { learningRate, weightDecay, epochs, batchSize, labelSmoothing, seed };
  return {
    graph,
    async learn(examples, { cut, log, progress }) {
      const { engine, interruptFlag } = core.runtime;
      const settings = { ...numbers, ...(patience !== undefined && { patience }) };
      const request = { ...examples, graph: cut.tail, settings, interruptFlag };
      const result = await trainMlp(
        engine,
        { ...request, ...(sampleWeights && { sampleWeights }) },
        {
          onStep: ({ step, steps, loss, learningRate: rate }) => {
            log.step({ step, loss, learningRate: rate });
            progress.update(step / steps, `loss ${loss.toFixed(3)}`);
          },
          // Softmax cross-entropy always has an accuracy.
          onEpoch: (report) => log.epoch(report),
        },
      );
      if (result.stoppedEarly) {
        const { epochs: done, best } = result;
        log.note(
          `Stopped early after epoch ${done.length} of ${epochs}; the weights are those of epoch ${best!.epoch}.`,
        );
      }
      const { weights, interrupted, diverged } = result;
      return { weights, interrupted, ...(diverged && { diverged }) };
    },
  };
}

function rowWeights(train: Dataset, classWeights: LinearHeadOptions["classWeights"]): Float32Array | undefined {
  const weights = classWeightsOf(train, classWeights);
  return weights && Float32Array.from(train.labels, (label) => weights[label]!);
}

function denseWeights({ output }: LayerGraph, { kernel, bias }: LinearHead): Weights {
  return new Map([
    [`${output}/kernel`, kernel],
    [`${output}/bias`, bias],
  ]);
}

/** A head that takes no steps: computed, then held against the examples. */
async function scored(
  core: ModelCore,
  session: TrainingSession,
  examples: HeadExamples,
  weights: Weights,
): Promise<TrainedPart> {
  const { engine, interruptFlag } = core.runtime;
  const { tail } = session.cut;
  const score = async ({ features, labels }: LabelledFeatures): Promise<Score> =>
    scoreLogits(await engine.infer(tail, weights, features, { interruptFlag }), labels);
  logScores(session, await score(examples.train), examples.validation && (await score(examples.validation)));
  return { weights, interrupted: false };
}

function logScores({ log }: Pick<TrainingSession, "log">, train: Score, validation: Score | undefined): void {
  log.epoch({
    epoch: 1,
    step: log.steps.length,
    trainLoss: train.loss,
    trainAccuracy: train.accuracy,
    ...(validation && { validationLoss: validation.loss, validationAccuracy: validation.accuracy }),
  });
}
