/**
 * Finds what `compareStrategies` and the rule of `defaultLayers.ts` take, by accuracy on 2,000 digits of the shipped pool that are never drawn as
 * labelled examples here, with seeds from 1000 on that no comparison uses. The test set is not read.
 * `npm run tune:recipes [-- --strategy scratch|transfer|depth] [--labels 50] [--last-layers 3] [--seeds 4]`.
 *
 * - `scratch`, `transfer`: learning rates and numbers of epochs, for each strategy alike.
 * - `depth`: how many layers by how many labels, as `linearProbeThenFineTune` trains them; differences to the head alone, paired by seed.
 *
 * What it gave, and what was made of it, stands in `docs/benchmarks.md`.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Backbone } from "../src/lab/backbone/backbone";
import { backbones } from "../src/lab/backbone/backbones";
import { accuracyOn } from "../src/lab/compare/compareStrategies";
import { normalStrategy, type Strategy, trainBy } from "../src/lab/compare/strategy";
import { studentInterval } from "../src/lab/compare/studentInterval";
import type { Dataset } from "../src/lab/data/dataset";
import { datasets } from "../src/lab/data/datasets";
import { createOnnxruntimeEngine } from "../src/lab/engine/onnxruntimeEngine";
import { depthTable, layersOf } from "../src/lab/strategies/defaultLayers";
import { graftOn } from "../src/lab/train/graft";
import { LabRuntime } from "../src/lab/train/labRuntime";
import { coreOf } from "../src/lab/train/modelCore";

const FIRST_SEED = 1000;
const HELD_OUT = 2000;
const LEARNING_RATES = [3e-4, 1e-3, 3e-3, 1e-2];
const EPOCHS = [10, 20, 40, 60];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      strategy: { type: "string", default: "scratch" },
      labels: { type: "string", default: "50" },
      "last-layers": { type: "string", default: "3" },
      seeds: { type: "string", default: "4" },
    },
  });
  process.env.GRAFT_DIST ??= join(process.cwd(), "dist");
  const { train } = await datasets.mnist();
  const pool = train.subset(0, train.size - HELD_OUT);
  const held = train.subset(train.size - HELD_OUT);
  const backbone = await backbones.load("fashion-cnn");
  const engine = createOnnxruntimeEngine();
  const runtime = new LabRuntime(engine);
  try {
    const labels = Number(values.labels);
    const accuracies = (strategy: Strategy): Promise<number[]> =>
      accuraciesOf({ strategy, runtime, backbone, pool, held, labels, seeds: Number(values.seeds) });
    if (values.strategy === "depth") await compareDepths(runtime, backbone, labels, accuracies);
    else await searchGrid(values.strategy, labels, Number(values["last-layers"]), accuracies);
  } finally {
    await engine.dispose();
  }
}

type Accuracies = (strategy: Strategy) => Promise<number[]>;

async function searchGrid(name: string, labels: number, lastLayers: number, accuracies: Accuracies): Promise<void> {
  for (const learningRate of LEARNING_RATES) {
    for (const epochs of EPOCHS) {
      const settings = { learningRate, epochs, batchSize: Math.min(16, labels), schedule: "cosine" } as const;
      const found = await accuracies(name === "scratch" ? { scratch: settings } : { lastLayers, ...settings });
      console.log(`${name}, ${labels} labels: rate ${learningRate}, ${epochs} epochs: ${points(found)}`);
    }
  }
}

async function compareDepths(
  runtime: LabRuntime,
  backbone: Backbone,
  labels: number,
  accuracies: Accuracies,
): Promise<void> {
  const { graph, featureLayer } = coreOf(graftOn(runtime, backbone, { classes: ["a", "b"], checkpoints: false }));
  let head: readonly number[] | undefined;
  let before: string | undefined;
  for (const { depth } of depthTable) {
    const selection = layersOf(graph, featureLayer, depth);
    // In a small network the last half may be the last block.
    if (JSON.stringify(selection) === before) continue;
    before = JSON.stringify(selection);
    const found = await accuracies(depth === "head" ? "head" : { linearProbeThenFineTune: selection });
    head ??= found;
    const gain = depth === "head" ? "" : `, ${points(found.map((value, i) => value - head![i]!))} on the head`;
    console.log(`${labels} labels: ${depth} ${points(found)}${gain}`);
  }
}

interface Trials {
  readonly strategy: Strategy;
  readonly runtime: LabRuntime;
  readonly backbone: Backbone;
  readonly pool: Dataset;
  readonly held: Dataset;
  readonly labels: number;
  readonly seeds: number;
}

async function accuraciesOf(trials: Trials): Promise<number[]> {
  const { strategy, runtime, backbone, pool, held, labels, seeds } = trials;
  const found: number[] = [];
  for (let seed = FIRST_SEED; seed < FIRST_SEED + seeds; seed++) {
    const model = await trainBy(normalStrategy(strategy), runtime, backbone, pool.sample({ labels, seed }), seed);
    found.push(await accuracyOn(runtime, model, held));
  }
  return found;
}

/** In hundredths, with the 95 % interval over the seeds. */
function points(values: readonly number[]): string {
  const { mean, interval } = studentInterval(values);
  const [middle, low, high] = [mean, ...interval].map((value) => (100 * value).toFixed(2));
  return `${middle} [${low}, ${high}]`;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
