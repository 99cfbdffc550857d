/** Whole training runs that `scripts/record*TrainingRuns.py` recorded, and their repetition by Graft's engine. */
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { placedLayers } from "../../backbone/graphShapes";
import type { LayerGraph, Tensor, Weights } from "../../backbone/layerGraph";
import type { Examples, TrainRequest } from "../engine";
import { runTraining } from "../runTraining";
import type { Runtime } from "../runtime";
import { branched, from } from "./branched";
import { conv, dense, norm, pool, relativeDistance, sequence } from "./networks";

/** A case of the script: settings of the request beside what its data are made of. */
type Case = Pick<TrainRequest, "epochs" | "batchSize" | "seed" | "optimizer" | "loss" | "schedule"> &
  Pick<TrainRequest, "accumulateBatches" | "clipNorm" | "emaDecay"> & {
    readonly name: string;
    readonly model: "mlp" | "cnn" | "separable" | "encoder";
    readonly rows: number;
    readonly weighted?: boolean;
    readonly frozen?: readonly string[];
    readonly learningRateFactors?: Readonly<Record<string, number>>;
  };

export interface RecordedRun {
  readonly case: Case;
  readonly losses: readonly number[];
  readonly weights: Readonly<Record<string, readonly number[]>>;
}

export function recordedRuns(framework: "torch" | "keras"): readonly RecordedRun[] {
  const golden = new URL(`../__goldens__/${framework}Runs.json`, import.meta.url);
  return (JSON.parse(readFileSync(golden, "utf8")) as { readonly runs: readonly RecordedRun[] }).runs;
}

const relu = { type: "Activation", name: "relu", activation: "relu" } as const;
const layerNorm = (name: string) => ({ type: "LayerNormalization", name, epsilon: 1e-3 }) as const;
const window = { kernelSize: [3, 3], padding: "same", activation: "linear" } as const;

const graphs: Readonly<Record<Case["model"], LayerGraph>> = {
  mlp: sequence([6], [dense("hidden", { units: 8, activation: "relu" }), dense("head")]),
  cnn: sequence(
    [6, 6, 2],
    [
      conv("conv", { useBias: false }),
      norm("bn"),
      relu,
      pool("MaxPooling2D", 2, 2, "valid"),
      { type: "Flatten", name: "flatten" },
      dense("head"),
    ],
  ),
  separable: sequence(
    [6, 6, 2],
    [
      { type: "DepthwiseConv2D", name: "depthwise", depthMultiplier: 2, strides: [2, 2], useBias: true, ...window },
      { ...relu, activation: "relu6" },
      {
        type: "SeparableConv2D",
        name: "separable",
        filters: 3,
        depthMultiplier: 1,
        strides: [1, 1],
        useBias: false,
        ...window,
      },
      norm("bn"),
      { type: "GlobalAveragePooling2D", name: "average", keepDims: false },
      dense("head"),
    ],
  ),
  encoder: branched(
    [6],
    [
      { type: "Embedding", name: "words", inputDim: 8, outputDim: 4 },
      { type: "MultiHeadAttention", name: "attention", heads: 2, keyDim: 3, useBias: false },
      { type: "Add", name: "sum1", inputs: ["words", "attention"] },
      layerNorm("norm1"),
      dense("wide", { units: 6, activation: "gelu" }),
      dense("narrow"),
      from(["norm1", "narrow"], { type: "Add", name: "sum2" }),
      layerNorm("norm2"),
      { type: "GlobalAveragePooling1D", name: "average" },
      dense("head"),
    ],
  ),
};

/** As in the script: in [-1, 1). */
function number(i: number, salt: number): number {
  let x = (Math.imul(i, 2654435761) + Math.imul(salt, 0x9e3779b9)) >>> 0;
  x = (x ^ (x >>> 16)) >>> 0;
  x = Math.imul(x, 0x21f0aaad) >>> 0;
  x = (x ^ (x >>> 15)) >>> 0;
  return Math.fround(x / 2 ** 31 - 1);
}

function numbers(shape: readonly number[], salt: number, scale = 1): Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return { shape, data: Float32Array.from({ length: size }, (_, i) => number(i, salt) * scale) };
}

function initialWeights(graph: LayerGraph): Weights {
  const specs = placedLayers(graph).flatMap(({ layer, weights }) =>
    weights.map(({ name, shape }) => ({ key: `${layer.name}/${name}`, shape })),
  );
  return new Map(
    specs.map(({ key, shape }, i) => {
      const value = numbers(shape, 100 + i, 0.5);
      const around1 = key.endsWith("gamma") || key.endsWith("moving_variance");
      return [key, around1 ? { shape, data: value.data.map((x) => 1 + x) } : value];
    }),
  );
}

const labelOf = (row: number) => (row * row + Math.floor(row / 3)) % 4;

function featuresOf({ model, rows }: Case): Tensor {
  const { shape, data } = numbers([rows, ...graphs[model].input.shape], 7);
  return { shape, data: model === "encoder" ? data.map((x) => Math.floor(((x + 1) / 2) * 8)) : data };
}

function examplesOf(recorded: Case): Examples {
  const { rows, weighted, loss } = recorded;
  const values = Array.from({ length: rows }, (_, row) => [...numbers([4], 500 + row).data]).flat();
  const asTargets = loss?.name === "sigmoidCrossEntropy" ? values.map((value) => Number(value > 0)) : values;
  return {
    features: featuresOf(recorded),
    targets:
      loss === undefined || loss.name === "softmaxCrossEntropy"
        ? Int32Array.from({ length: rows }, (_, row) => labelOf(row))
        : { shape: [rows, 4], data: Float32Array.from(asTargets) },
    ...(weighted && { sampleWeights: Float32Array.from({ length: rows }, (_, row) => 0.5 * (1 + labelOf(row))) }),
  };
}

/** Trains as the case says and expects the recorded loss of each step and the recorded weights. */
export async function expectRepeated(runtime: Runtime, { case: recorded, losses, weights }: RecordedRun) {
  const graph = graphs[recorded.model];
  const frozen = new Set(recorded.frozen);
  const steps: number[] = [];
  const result = await runTraining(
    runtime,
    {
      ...recorded,
      graph,
      weights: initialWeights(graph),
      trainable: graph.layers.map((layer) => layer.name).filter((name) => !frozen.has(name)),
      train: examplesOf(recorded),
      learningRateFactors: new Map(Object.entries(recorded.learningRateFactors ?? {})),
    },
    { onStep: ({ loss }) => steps.push(loss) },
  );
  // float32 beside float64, over up to 36 steps: rounding is passed on from step to step.
  expect(relativeDistance(steps, losses)).toBeLessThan(1e-5);
  expect([...result.weights.keys()].sort()).toEqual(Object.keys(weights).sort());
  for (const [key, { data }] of result.weights) {
    expect(relativeDistance(data, weights[key]!), key).toBeLessThan(1e-4);
  }
}
