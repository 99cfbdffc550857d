/** Whole runs beside PyTorch's, recorded by `scripts/recordTrainingRuns.py`; what Keras does otherwise is told there. */
import { readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import type { LayerGraph, Tensor, Weights } from "../backbone/layerGraph";
import { placedLayers } from "../backbone/graphShapes";
import type { Examples, TrainRequest } from "./engine";
import { runTraining } from "./runTraining";
import { Runtime } from "./runtime";
import { conv, dense, norm, pool, relativeDistance, sequence } from "./testing/networks";

/** A case of the script: settings of the request beside what its data are made of. */
type Case = Pick<TrainRequest, "epochs" | "batchSize" | "seed" | "optimizer" | "loss" | "schedule"> &
  Pick<TrainRequest, "accumulateBatches" | "clipNorm" | "emaDecay"> & {
    readonly name: string;
    readonly model: "mlp" | "cnn";
    readonly rows: number;
    readonly weighted?: boolean;
    readonly learningRateFactors?: Readonly<Record<string, number>>;
  };

interface Run {
  readonly case: Case;
  readonly losses: readonly number[];
  readonly weights: Readonly<Record<string, readonly number[]>>;
}

const golden = new URL("__goldens__/torchRuns.json", import.meta.url);
const { runs } = JSON.parse(readFileSync(golden, "utf8")) as { readonly runs: readonly Run[] };

const runtime = new Runtime();
afterAll(() => runtime.dispose());

const graphs: Readonly<Record<Case["model"], LayerGraph>> = {
  mlp: sequence([6], [dense("hidden", { units: 8, activation: "relu" }), dense("head")]),
  cnn: sequence(
    [6, 6, 2],
    [
      conv("conv", { useBias: false }),
      norm("bn"),
      { type: "Activation", name: "relu", activation: "relu" },
      pool("MaxPooling2D", 2, 2, "valid"),
      { type: "Flatten", name: "flatten" },
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

function examplesOf({ model, rows, weighted, loss }: Case): Examples {
  const values = Array.from({ length: rows }, (_, row) => [...numbers([4], 500 + row).data]).flat();
  const asTargets = loss?.name === "sigmoidCrossEntropy" ? values.map((value) => Number(value > 0)) : values;
  return {
    features: numbers([rows, ...graphs[model].input.shape], 7),
    targets:
      loss === undefined || loss.name === "softmaxCrossEntropy"
        ? Int32Array.from({ length: rows }, (_, row) => labelOf(row))
        : { shape: [rows, 4], data: Float32Array.from(asTargets) },
    ...(weighted && { sampleWeights: Float32Array.from({ length: rows }, (_, row) => 0.5 * (1 + labelOf(row))) }),
  };
}

test.each(runs.map((run) => [run.case.name, run] as const))("%s", async (_, { case: recorded, losses, weights }) => {
  const graph = graphs[recorded.model];
  const steps: number[] = [];
  const result = await runTraining(
    runtime,
    {
      ...recorded,
      graph,
      weights: initialWeights(graph),
      trainable: graph.layers.map((layer) => layer.name),
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
});
