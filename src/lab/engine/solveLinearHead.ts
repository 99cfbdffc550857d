import { GraftError } from "../../shared/graftError";
import { checkLabels } from "./labels";
import type { SolvedHead, SolveHeadObserver, SolveHeadRequest } from "./engine";
import { LimitedMemory } from "./limitedMemory";
import { SoftmaxObjective, type Evaluation } from "./softmaxObjective";

/**
 * Multinomial logistic regression by L-BFGS (Liu & Nocedal 1989) in float64, on the calling thread. The line search is the
 * weak-Wolfe bisection of Lewis & Overton (2013), which needs no tuning on a smooth convex function.
 *
 * @throws GraftError when labels do not fit, or `l2` is negative.
 */
export function solveLinearHead(request: SolveHeadRequest, observer: SolveHeadObserver = {}): SolvedHead {
  const { features, labels, classes, l2, maxIterations = 500, tolerance = 1e-6, start, interruptFlag } = request;
  const [rows = 0, width = 0] = features.shape;
  if (features.shape.length !== 2 || features.data.length !== rows * width) {
    throw new GraftError({
      code: "engine/input-shape",
      expected: "features of shape [n, width]",
      found: `shape [${features.shape.join(", ")}] with ${features.data.length} numbers`,
      remedy: "Flatten or pool the features first",
    });
  }
  checkLabels(labels, rows, classes, "features");
  if (!(l2 >= 0 && Number.isFinite(l2))) {
    throw new GraftError({
      code: "engine/l2",
      expected: "an l2 that is 0 or positive",
      found: String(l2),
      remedy: "Use for example 1e-3",
    });
  }
  const objective = new SoftmaxObjective(features.data, labels, width, classes, l2);
  const memory = new LimitedMemory(10);
  let point = objective.point(start?.kernel.data, start?.bias.data);
  let current = objective.evaluate(point);
  let iterations = 0;
  let interrupted = false;
  let stuck = false;
  while (!stuck && largest(current.gradient) > tolerance && iterations < maxIterations) {
    interrupted = interruptFlag !== undefined && Atomics.load(interruptFlag, 0) !== 0;
    if (interrupted) break;
    const direction = memory.direction(current.gradient);
    const next = lineSearch(objective, point, current, direction);
    stuck = next === undefined;
    if (next) {
      memory.remember(point, next.point, current.gradient, next.evaluation.gradient);
      ({ point, evaluation: current } = next);
      iterations++;
      observer.onIteration?.({
        iteration: iterations,
        objective: current.objective,
        loss: current.loss,
        gradient: largest(current.gradient),
      });
    }
  }
  return {
    ...objective.weights(point),
    iterations,
    loss: current.loss,
    objective: current.objective,
    converged: largest(current.gradient) <= tolerance,
    interrupted,
  };
}

/** Undefined when float64 has no better point along the direction. */
function lineSearch(
  objective: SoftmaxObjective,
  point: Float64Array,
  current: Evaluation,
  direction: Float64Array,
): { readonly point: Float64Array; readonly evaluation: Evaluation } | undefined {
  const slope = dot(current.gradient, direction);
  let low = 0;
  let high = Infinity;
  let length = 1;
  for (let tries = 0; tries < 60; tries++) {
    const candidate = point.map((value, i) => value + length * direction[i]!);
    const evaluation = objective.evaluate(candidate);
    if (!(evaluation.objective <= current.objective + 1e-4 * length * slope)) high = length;
    else if (dot(evaluation.gradient, direction) < 0.9 * slope) low = length;
    else return { point: candidate, evaluation };
    length = high < Infinity ? (low + high) / 2 : 2 * low;
  }
  return undefined;
}

function largest(vector: Float64Array): number {
  return vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
