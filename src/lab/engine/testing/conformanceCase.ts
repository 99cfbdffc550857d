/**
 * One row of the conformance suite: a small network whose loss, gradients and forward values must be the same on every engine.
 * Cases of images are in `imageCases.ts`, those of sequences in `sequenceCases.ts`; a new kind of layer adds its rows there.
 */
import { Rng } from "../../../shared/rng";
import { placedLayers, valueShapes } from "../../backbone/graphShapes";
import type { LayerGraph, Tensor, Weights } from "../../backbone/layerGraph";
import { type LowRank, lowRankUpdates, type TrainedLayers } from "../lowRank";
import { randomExamples, randomTensor, randomWeights } from "./networks";

/**
 * Keep it small (sides up to 6, a handful of channels): every gradient is also checked by finite differences. Put a trainable
 * layer before the one that is tested, so that its gradient by its input counts too. The output is logits `[classes]`.
 */
export interface ConformanceCase {
  readonly name: string;
  readonly graph: LayerGraph;
  /** Default: every layer. The others are frozen. */
  readonly trainable?: readonly string[];
  /** Those of them that train by low-rank updates; their factors are random. */
  readonly lowRank?: LowRank;
  /** Default 3. */
  readonly batch?: number;
  /** Default 7. Another one where the finite difference would step over the kink of a relu or a pool. */
  readonly seed?: number;
  /** The input are token ids below this number (0 among them, for masks), instead of normal numbers. */
  readonly tokens?: number;
}

const USUAL_BATCH = 3;
const USUAL_SEED = 7;

/** Random weights and examples of a case; the same ones each time. */
export function dataOf(row: ConformanceCase): {
  readonly weights: Weights;
  readonly features: Tensor;
  readonly labels: Int32Array;
  readonly trainable: readonly string[];
  readonly seed: number;
} {
  const { graph, lowRank, batch = USUAL_BATCH, seed = USUAL_SEED, tokens } = row;
  const trainable = row.trainable ?? graph.layers.map(({ name }) => name);
  const [classes = 1] = valueShapes(graph).get(graph.output)!;
  const { features, labels } = randomExamples(graph, batch, classes, seed + 1);
  return {
    weights: new Map([...randomWeights(graph, seed), ...randomFactors(graph, { trainable, lowRank }, seed + 3)]),
    features: tokens === undefined ? features : tokenIds(features.shape, tokens, seed + 1),
    labels,
    trainable,
    seed,
  };
}

/** A and B of all updates, by `layer/weight`; both random, so that each has a gradient. */
export function randomFactors(graph: LayerGraph, trained: TrainedLayers, seed: number): Weights {
  const rng = new Rng(seed);
  return new Map(
    lowRankUpdates(placedLayers(graph), trained).flatMap(({ layer, a, b }) =>
      [a, b].map(({ name, shape }) => [`${layer.name}/${name}`, randomTensor(rng, shape, 0.5)] as const),
    ),
  );
}

/** Each row begins with a token that is none of padding's and ends with padding, so that masks matter and none is empty. */
function tokenIds(shape: readonly number[], tokens: number, seed: number): Tensor {
  const rng = new Rng(seed);
  const [rows = 0, steps = 0] = shape;
  const ids = Float32Array.from({ length: rows * steps }, (_, i) => {
    if (i % steps === 0) return 1 + rng.below(tokens - 1);
    return i % steps === steps - 1 ? 0 : rng.below(tokens);
  });
  return { shape, data: ids };
}
