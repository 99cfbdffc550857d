import { Rng } from "../../shared/rng";
import type { LayerGraph } from "../backbone/layerGraph";
import { placedLayers, valueShapes } from "../backbone/graphShapes";
import { rowsOfInput } from "./checkedGraph";
import type { Divergence, EpochReport, Examples, TrainObserver, TrainRequest, TrainResult } from "./engine";
import { checkLabels } from "./labels";
import { parameterLayout } from "./parameterLayout";
import { openRows } from "./rowReader";
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
  const reader = openRows(train.features);
  const heldReader = validation && openRows(validation.features);
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
  const snapshot = (step: number) => ({
    progress: { step, epoch: reports.length },
    weights: state.weights(),
    slots: new Map(),
  });
  const result = (step: number, interrupted: boolean, diverged?: Divergence): TrainResult => ({
    weights: state.weights(),
    epochs: reports,
    steps: step,
    interrupted,
    ...(diverged && { diverged }),
    snapshot: snapshot(step),
    seconds: (performance.now() - started) / 1000,
  });

  let step = 0;
  let snapshotAt = started;
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
      batch.load(reader, targetsOf(train), order, from, dropout);
      batch.setOptimizer(step, learningRate, weightDecay);
      await state.step(batch.session, batch);
      const score = batch.score();
      if (!Number.isFinite(score.loss)) {
        state.back();
        return result(step - 1, false, { step, learningRate, what: "loss" });
      }
      loss += score.loss;
      correct += score.correct;
      observer.onStep?.({ step, steps, loss: score.loss / batchRows, learningRate });
    }
    const held =
      validation && (await scoreInInference(runtime, graph, state.weightFeeds, heldReader!, targetsOf(validation)));
    const report: EpochReport = {
      epoch,
      step,
      trainLoss: loss / rows,
      trainAccuracy: correct / rows,
      ...(held && {
        validationLoss: held.loss / validation.features.shape[0]!,
        validationAccuracy: held.correct / validation.features.shape[0]!,
      }),
    };
    reports.push(report);
    observer.onEpoch?.(report);
    const now = performance.now();
    if (epoch < epochs && now - snapshotAt >= (request.snapshotEveryMs ?? Infinity) && state.isFinite()) {
      snapshotAt = now;
      observer.onSnapshot?.(snapshot(step));
    }
  }
  if (!state.isFinite()) {
    state.back();
    return result(step - 1, false, { step, learningRate: baseRate, what: "weights" });
  }
  return result(step, false);
}

function checkExamples(graph: LayerGraph, examples: Examples, what: string): number {
  const rows = rowsOfInput(what, examples.features, graph.input.shape);
  const [classes = 1] = valueShapes(graph).get(graph.output)!;
  checkLabels(targetsOf(examples), rows, classes, what);
  return rows;
}

/** Half a cosine from the base rate at the first step towards 0 after the last (Loshchilov & Hutter 2017). */
function cosine(baseRate: number, stepsDone: number, steps: number): number {
  return (baseRate * (1 + Math.cos((Math.PI * stepsDone) / steps))) / 2;
}

function targetsOf({ targets }: Examples): Int32Array {
  if ("shape" in targets) throw new Error("not written yet: targets that are values");
  return targets;
}
