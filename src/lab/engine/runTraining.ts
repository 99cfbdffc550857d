import { GraftError } from "../../shared/graftError";
import { Rng } from "../../shared/rng";
import type { LayerGraph } from "../backbone/layerGraph";
import { placedLayers, valueShapes } from "../backbone/graphShapes";
import { rowsOfInput } from "./checkedGraph";
import type { EpochReport, LabelledFeatures, TrainObserver, TrainRequest, TrainResult } from "./engine";
import { checkLabels } from "./labels";
import { parameterLayout } from "./parameterLayout";
import type { Runtime } from "./runtime";
import { scoreInInference } from "./scoreInInference";
import { StepBatch } from "./stepBatch";
import { TrainingState } from "./trainingState";

/** Shuffling and dropout draw from streams of their own, so that one does not move the other. */
const dropoutStream = 0x6d2b79f5;

/**
 * Trains on the calling thread. The interrupt flag is read before each step.
 *
 * @throws GraftError when the request does not fit the graph, or when the loss is no longer a number.
 */
export async function runTraining(
  runtime: Runtime,
  request: TrainRequest,
  observer: TrainObserver = {},
): Promise<TrainResult> {
  const started = performance.now();
  const { graph, train, validation, epochs, optimizer } = request;
  const rows = checkExamples(graph, train, "training features");
  if (validation) checkExamples(graph, validation, "validation features");
  const batchSize = Math.min(request.batchSize, rows);
  const stepsPerEpoch = Math.ceil(rows / batchSize);
  const steps = epochs * stepsPerEpoch;
  const layout = parameterLayout(placedLayers(graph), request.trainable);
  const { Tensor } = await runtime.ort();
  const state = new TrainingState(layout, request.weights, Tensor);
  const { learningRate: baseRate, weightDecay = 0 } = optimizer;
  const batchOf = (batch: number) =>
    StepBatch.create(
      runtime,
      graph,
      { trainable: request.trainable, batch, end: weightDecay === 0 ? "adam" : "adamWithDecay" },
      layout.parameters,
    );
  const full = await batchOf(batchSize);
  const last = rows % batchSize === 0 ? full : await batchOf(rows % batchSize);
  const shuffle = new Rng(request.seed);
  const dropout = new Rng(request.seed ^ dropoutStream);
  const reports: EpochReport[] = [];
  const result = (step: number, interrupted: boolean): TrainResult => ({
    weights: state.weights(),
    epochs: reports,
    steps: step,
    interrupted,
    seconds: (performance.now() - started) / 1000,
  });

  let step = 0;
  let weightsAt = started;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const order = shuffle.permutation(rows);
    let loss = 0;
    let correct = 0;
    for (let from = 0; from < rows; from += batchSize) {
      if (request.interruptFlag && Atomics.load(request.interruptFlag, 0) !== 0) return result(step, true);
      const batchRows = Math.min(batchSize, rows - from);
      const batch = batchRows === batchSize ? full : last;
      const learningRate = request.schedule === "cosine" ? cosine(baseRate, step, steps) : baseRate;
      step++;
      batch.load(train, order, from, dropout);
      batch.setOptimizer(step, learningRate, weightDecay);
      await state.step(batch.session, batch);
      const score = batch.score();
      if (!Number.isFinite(score.loss)) throw diverged(step, learningRate, `a loss of ${score.loss}`);
      loss += score.loss;
      correct += score.correct;
      observer.onStep?.({ step, steps, loss: score.loss / batchRows, learningRate });
    }
    const held = validation && (await scoreInInference(runtime, graph, state.weightFeeds, validation));
    const report: EpochReport = {
      epoch,
      step,
      trainLoss: loss / rows,
      trainAccuracy: correct / rows,
      ...(held && {
        validationLoss: held.loss / validation.labels.length,
        validationAccuracy: held.correct / validation.labels.length,
      }),
    };
    reports.push(report);
    observer.onEpoch?.(report);
    const now = performance.now();
    if (epoch < epochs && now - weightsAt >= (request.weightsEveryMs ?? Infinity) && state.isFinite()) {
      weightsAt = now;
      observer.onWeights?.(state.weights());
    }
  }
  if (!state.isFinite()) throw diverged(step, baseRate, "weights that are not finite");
  return result(step, false);
}

function checkExamples(graph: LayerGraph, { features, labels }: LabelledFeatures, what: string): number {
  const rows = rowsOfInput(what, features, graph.input.shape);
  const [classes = 1] = valueShapes(graph).get(graph.output)!;
  checkLabels(labels, rows, classes, what);
  return rows;
}

/** Half a cosine from the base rate at the first step towards 0 after the last (Loshchilov & Hutter 2017). */
function cosine(baseRate: number, stepsDone: number, steps: number): number {
  return (baseRate * (1 + Math.cos((Math.PI * stepsDone) / steps))) / 2;
}

function diverged(step: number, learningRate: number, found: string): GraftError {
  return new GraftError({
    code: "engine/diverged",
    expected: "training to keep loss and weights finite",
    found: `${found} at step ${step} with learning rate ${learningRate}`,
    remedy: "Lower the learning rate, for example to a tenth, and check the inputs for NaN",
  });
}
