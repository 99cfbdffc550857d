/**
 * The linear probe: a softmax head on fixed features. The problem is convex, so it is solved to its optimum; what is left to
 * choose is the strength of L2, on standardised features.
 */
import type { Tensor } from "../backbone/layerGraph";
import type { Engine, SolveIterationReport } from "../engine/engine";
import { inferHeads } from "./inferHeads";
import { type Score, scoreLogits } from "./softmaxScore";
import { fitStandardisation, type LinearHead, standardise, unstandardise } from "./standardisation";

/** Used when neither a strength nor a validation set is given. */
export const DEFAULT_L2 = 0.03;
/** Tried from strong to weak, each from the solution before, when a validation set picks the strength. */
export const L2_PATH: readonly number[] = [1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003];

export interface LabelledFeatures {
  /** `[n, width]`. */
  readonly features: Tensor;
  /** `[n]`, class indices from 0. */
  readonly labels: Int32Array;
}

export interface ProbeRequest {
  readonly train: LabelledFeatures;
  readonly validation?: LabelledFeatures;
  readonly classes: number;
  readonly l2?: number;
  /** `[n]`, factors of the training rows' losses. Default 1. Standardisation and scores count every row alike. */
  readonly sampleWeights?: Float32Array;
  /** As `SolveHeadRequest.labelSmoothing`. Scores are those of the labels as they are. */
  readonly labelSmoothing?: number;
  readonly interruptFlag: Int32Array<SharedArrayBuffer>;
  readonly onIteration?: (report: SolveIterationReport) => void;
}

export interface Probe {
  readonly head: LinearHead;
  readonly l2: number;
  readonly iterations: number;
  readonly interrupted: boolean;
  readonly train: Score;
  readonly validation?: Score;
}

/** Solves the head; when it is interrupted, as far as it got. */
export async function solveProbe(engine: Engine, request: ProbeRequest): Promise<Probe> {
  const standardisation = fitStandardisation(request.train.features);
  const features = standardise(request.train.features, standardisation);
  const { labels } = request.train;
  const { classes, interruptFlag, validation, sampleWeights, labelSmoothing = 0 } = request;
  const problem = {
    ...{ features, labels, classes, interruptFlag, labelSmoothing },
    ...(sampleWeights && { sampleWeights }),
  };

  let l2 = request.l2 ?? DEFAULT_L2;
  if (request.l2 === undefined && validation !== undefined) {
    const path: { readonly l2: number; readonly head: LinearHead }[] = [];
    let start: LinearHead | undefined;
    for (const strength of L2_PATH) {
      const solved = await engine.solveHead({ ...problem, l2: strength, ...(start && { start }) });
      if (solved.interrupted) break;
      start = solved;
      path.push({ l2: strength, head: unstandardise(solved, standardisation) });
    }
    if (path.length > 0) l2 = await strengthFor(engine, validation, path);
  }

  const solved = await engine.solveHead(
    { ...problem, l2 },
    request.onIteration === undefined ? undefined : { onIteration: request.onIteration },
  );
  const head = unstandardise(solved, standardisation);
  return {
    head,
    l2,
    iterations: solved.iterations,
    interrupted: solved.interrupted,
    train: await scoreOf(engine, request.train, head),
    ...(validation && { validation: await scoreOf(engine, validation, head) }),
  };
}

async function scoreOf(engine: Engine, { features, labels }: LabelledFeatures, head: LinearHead): Promise<Score> {
  const [logits] = await inferHeads(engine, features, [head]);
  return scoreLogits(logits!, labels);
}

/** The one whose head has the lowest loss; of equal ones the strongest. */
async function strengthFor(
  engine: Engine,
  { features, labels }: LabelledFeatures,
  path: readonly { readonly l2: number; readonly head: LinearHead }[],
): Promise<number> {
  const logits = await inferHeads(
    engine,
    features,
    path.map(({ head }) => head),
  );
  const losses = logits.map((values) => scoreLogits(values, labels).loss);
  return path[losses.indexOf(Math.min(...losses))]?.l2 ?? DEFAULT_L2;
}
