/** What every engine checks before it trains: met here, in words, before anything is computed. */
import { GraftError } from "../../shared/graftError";
import type { TrainRequest } from "./engine";
import { checkExamples } from "./checkExamples";
import { checkEarlyStopping } from "./earlyStopping";
import { noGradients } from "./layers/nearestNeighbors";
import { requireNoOperators } from "./layers/onnxOperators";
import { checkSchedule } from "./schedule";

/** How a request divides into steps. */
export interface TrainingPlan {
  readonly rows: number;
  readonly batchesPerEpoch: number;
  /** Updates: batches, or groups of batches whose gradients are averaged. Groups end with their epoch. */
  readonly stepsPerEpoch: number;
  readonly steps: number;
}

/**
 * @throws GraftError when examples do not fit the graph and the loss, or a setting is out of its range. That layers compile and
 * weights fit is checked where they are compiled.
 */
export function checkTrainRequest(request: TrainRequest): TrainingPlan {
  const { graph, loss, train, validation, batchSize, epochs, accumulateBatches = 1 } = request;
  const lookUp = graph.layers.find(({ type }) => type === "NearestNeighbors");
  if (lookUp) throw noGradients(lookUp);
  requireNoOperators(graph.layers);
  const { views = 1 } = train;
  const rows = checkExamples(graph, loss, train, "training") / views;
  require("views", views, () =>
    Number.isInteger(views) && views >= 1 && Number.isInteger(rows), "a whole part of the rows");
  if (validation) checkExamples(graph, loss, validation, "validation");
  checkSettings(request);
  if (batchSize > rows) {
    throw new GraftError({
      code: "engine/batch-size",
      expected: `a batch of at most ${rows} rows, which is all there are`,
      found: `a batch size of ${batchSize}`,
      remedy: `Take a batch size of ${rows} or less, or more examples`,
    });
  }
  const batchesPerEpoch = Math.ceil(rows / batchSize);
  const stepsPerEpoch = Math.ceil(batchesPerEpoch / accumulateBatches);
  const steps = epochs * stepsPerEpoch;
  checkSchedule(request.schedule ?? "constant", steps, validation !== undefined);
  checkEarlyStopping(request.earlyStopping, validation !== undefined);
  return { rows, batchesPerEpoch, stepsPerEpoch, steps };
}

function checkSettings(request: TrainRequest): void {
  const { optimizer, loss, corruption } = request;
  const whole = (value: number) => Number.isInteger(value) && value >= 1;
  require("epochs", request.epochs, whole, "a whole number, at least 1");
  require("batchSize", request.batchSize, whole, "a whole number, at least 1");
  require("accumulateBatches", request.accumulateBatches, whole, "a whole number, at least 1");
  require("learningRate", optimizer.learningRate, notNegative, "a number of at least 0");
  require("weightDecay", optimizer.weightDecay, notNegative, "a number of at least 0");
  if (optimizer.name === "sgd") require("momentum", optimizer.momentum, belowOne, "in [0, 1)");
  else {
    require("beta1", optimizer.beta1, belowOne, "in [0, 1)");
    require("beta2", optimizer.beta2, belowOne, "in [0, 1)");
    require("epsilon", optimizer.epsilon, positive, "a number above 0");
  }
  if (loss && "labelSmoothing" in loss) require("labelSmoothing", loss.labelSmoothing, belowOne, "in [0, 1)");
  if (corruption?.name === "masking") require("masking rate", corruption.rate, belowOne, "in [0, 1)");
  if (corruption?.name === "gaussian")
    require("deviation", corruption.deviation, notNegative, "a number of at least 0");
  require("rank", request.lowRank?.rank, whole, "a whole number, at least 1");
  require("scale", request.lowRank?.scale, Number.isFinite, "a number");
  require("clipNorm", request.clipNorm, positive, "a number above 0");
  require("emaDecay", request.emaDecay, (value) => value > 0 && value < 1, "between 0 and 1");
  for (const [layer, factor] of request.learningRateFactors ?? []) {
    const known = request.graph.layers.map(({ name }) => name);
    if (!known.includes(layer)) {
      throw new GraftError({
        code: "engine/unknown-layer",
        expected: `learning rate factors for layers among ${known.join(", ")}`,
        found: `"${layer}"`,
        remedy: "Name layers of the graph that is trained",
      });
    }
    require(`learning rate factor of "${layer}"`, factor, notNegative, "a number of at least 0");
  }
}

const notNegative = (value: number) => Number.isFinite(value) && value >= 0;
const positive = (value: number) => Number.isFinite(value) && value > 0;
const belowOne = (value: number) => value >= 0 && value < 1;

function require(name: string, value: number | undefined, fits: (value: number) => boolean, expected: string): void {
  if (value === undefined || fits(value)) return;
  throw new GraftError({
    code: "engine/setting",
    expected: `${name} to be ${expected}`,
    found: `${value}`,
    remedy: `Change ${name}, or leave it out where it has a default`,
  });
}
