import { checkHeadRequest } from "./checkHeadRequest";
import type { SolvedHead, SolveHeadObserver, SolveHeadRequest } from "./engine";
import type { HeadProblem } from "./headProblem";
import { LimitedMemory } from "./limitedMemory";
import type { Evaluation, Objective } from "./objective";
import { plainProblem } from "./plainProblem";
import { combined } from "./vectors";

/** An objective has reached its precision when in so many iterations neither its value nor its gradient became smaller. */
const patience = 10;

/**
 * Multinomial logistic regression by L-BFGS (Liu & Nocedal 1989): the point is float64 throughout, and what is asked about
 * it is one objective after the other, from the fast to the exact. The first ones lead to the neighbourhood of the optimum;
 * the last one has the final say on `converged`, and takes the last steps where they are needed.
 *
 * @param problem Default in plain JavaScript, on the calling thread.
 * @throws GraftError when labels or sample weights do not fit, there is one class only, features are not finite, or `l2` is negative.
 */
export async function solveLinearHead(
  request: SolveHeadRequest,
  observer: SolveHeadObserver = {},
  problem: (request: SolveHeadRequest) => HeadProblem | Promise<HeadProblem> = plainProblem,
): Promise<SolvedHead> {
  checkHeadRequest(request);
  const { maxIterations = 500, tolerance = 1e-5, interruptFlag } = request;
  const parts = await problem(request);
  const { objectives, inner } = parts;
  const memory = new LimitedMemory(10, parts);
  let point = parts.start;
  let current: Evaluation | undefined;
  let iterations = 0;
  let interrupted = false;
  for (const objective of objectives) {
    if (interrupted) break;
    memory.changeObjective();
    current = await objective.evaluate(point);
    let best: Evaluation = current;
    let sinceBest = 0;
    while (current.steepest > tolerance && iterations < maxIterations) {
      interrupted = interruptFlag !== undefined && Atomics.load(interruptFlag, 0) !== 0;
      if (interrupted) break;
      const next = await lineSearch(objective, inner, point, current, memory.direction(point, current.gradient));
      if (next === undefined) break;
      ({ point, evaluation: current } = next);
      iterations++;
      observer.onIteration?.({
        iteration: iterations,
        objective: current.objective,
        loss: current.loss,
        gradient: current.steepest,
      });
      const fell = best.objective - current.objective > objective.precision * Math.abs(best.objective);
      if (fell || current.steepest < best.steepest) {
        best = current;
        sinceBest = 0;
      } else if (++sinceBest >= patience) break;
    }
  }
  return {
    ...parts.head(point),
    iterations,
    loss: current!.loss,
    objective: current!.objective,
    converged: !interrupted && current!.steepest <= tolerance,
    interrupted,
  };
}

/**
 * The weak-Wolfe bisection of Lewis & Overton (2013), which needs no tuning on a smooth convex function. Near the optimum,
 * where values differ by no more than their rounding, slopes decide instead (the approximate Wolfe conditions of Hager & Zhang
 * 2005). Undefined when the objective knows no better point along the direction.
 */
async function lineSearch(
  objective: Objective,
  inner: HeadProblem["inner"],
  point: Float64Array,
  current: Evaluation,
  direction: Float64Array,
): Promise<{ readonly point: Float64Array; readonly evaluation: Evaluation } | undefined> {
  const slope = inner(direction, current.gradient);
  if (!(slope < 0)) return undefined;
  const rounding = objective.precision * Math.abs(current.objective);
  let low = 0;
  let high = Infinity;
  let length = 1;
  for (let tries = 0; tries < 40; tries++) {
    const candidate = combined(point, direction, length);
    const evaluation = await objective.evaluate(candidate);
    const reached = inner(direction, evaluation.gradient);
    const falls =
      evaluation.objective <= current.objective + 1e-4 * length * slope ||
      (evaluation.objective <= current.objective + rounding && reached <= -(1 - 2e-4) * slope);
    if (!falls) high = length;
    else if (reached < 0.9 * slope) low = length;
    else return { point: candidate, evaluation };
    length = high < Infinity ? (low + high) / 2 : 2 * low;
  }
  return undefined;
}
