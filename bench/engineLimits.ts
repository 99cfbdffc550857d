/** What must not grow: memory over steps and cells, the epoch with the trunk; and what must grow no faster than the data. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Backbone } from "../src/lab/backbone/backbone";
import { initialWeights } from "../src/lab/backbone/initialWeights";
import type { Dataset } from "../src/lab/data/dataset";
import { datasets } from "../src/lab/data/datasets";
import { graftOn } from "../src/lab/train/graft";
import { LabRuntime } from "../src/lab/train/labRuntime";
import { median, rounded, type BenchRow } from "./benchReport";
import type { EngineBench } from "./engineContext";
import { chain, conv, dense } from "./engineTraining";
import { startGraft } from "./webSocketKernel";

/** Cells before the first measurement of cells. */
const settling = 600;

/** In a kernel process of its own, as for people. RSS is read inside, the lowest of some seconds: collectors of other threads run when they like. */
export async function memoryRows(bench: EngineBench, kernelFile: string): Promise<BenchRow[]> {
  bench.say("memory over steps and cells");
  const kernel = await startGraft(kernelFile, { acknowledges: true });
  const answer = join(bench.folder, "memory.json");
  const measure = async (): Promise<Memory> => {
    await kernel.execute(`await tell();`);
    return JSON.parse(await readFile(answer, "utf8")) as Memory;
  };
  const less = bench.quick ? 20 : 1;
  const train = (steps: number): string =>
    `await model.fineTune(few, { lastLayers: 1, epochs: ${Math.round(steps / 10)}, batchSize: 32, learningRate: 1e-5, plot: false });`;
  const cell = (i: number): string =>
    `const numbers = tf.tidy(() => tf.matMul(tf.fill([32, 32], ${i}), tf.ones([32, 32])).sum().dataSync());\nconst text: string = "cell ${i}: " + numbers[0];\ntext`;
  try {
    await kernel.execute(prelude(answer));
    await kernel.execute(train(10_000 / less));
    const early = await measure();
    await kernel.execute(train(100_000 / less));
    const late = await measure();
    for (let i = 0; i < settling / less; i++) await kernel.execute(cell(i));
    const fewCells = await measure();
    for (let i = 0; i < 1000 / less; i++) await kernel.execute(cell(i));
    const manyCells = await measure();
    const megabytes = [early, late, fewCells, manyCells].map(({ rss }) => Math.round(rss / 1e6)).join(", ");
    bench.notes.push(
      `Memory of the kernel's process after 10,000 steps, 100,000 more, ${settling} cells, 1,000 more: ${megabytes} MB. The client acknowledges each execution, as the extension does.`,
    );
    return [...flat("100,000 training steps", early, late), ...flat("1,000 cells with tensors", fewCells, manyCells)];
  } finally {
    await kernel.end();
  }
}

interface Memory {
  readonly rss: number;
  readonly tensors: number;
}

function prelude(answer: string): string {
  return `
import { writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as tf from "@tensorflow/tfjs";
import { backbones, datasets, graft } from "graft";
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
const digits = await datasets.mnist();
const few = digits.train.subset(0, 320);
const model = graft(await backbones.load("fashion-cnn"), { classes: digits.train.classes, checkpoints: false });
async function tell() {
  let rss = Infinity;
  for (let i = 0; i < 12; i++) {
    collectGarbage();
    await delay(500);
    rss = Math.min(rss, process.memoryUsage().rss);
  }
  writeFileSync(${JSON.stringify(answer)}, JSON.stringify({ rss, tensors: tf.memory().numTensors }));
}
`;
}

function flat(what: string, before: Memory, after: Memory): BenchRow[] {
  const row = (name: string, ratio: number): BenchRow => ({
    what: `${name} after ${what}, of that before`,
    unit: "ratio",
    graft: rounded(ratio),
    peers: {},
    goals: [{ text: "<= 1.05", met: ratio <= 1.05 }],
  });
  const tensors = before.tensors === after.tensors ? 1 : after.tensors / Math.max(1, before.tensors);
  return [row("memory (RSS)", after.rss / before.rss), row("tensors", tensors)];
}

/** Epochs on cached features. */
export async function growthRows(bench: EngineBench): Promise<BenchRow[]> {
  bench.say("growth with data and with the trunk's depth");
  const digits = (await datasets.mnist()).train;
  const unit = bench.quick ? 256 : 1024;
  const sizes = [1, 2, 4, 8];
  const depths = [1, 2, 3, 4];
  const bySize = await inTurns(bench, sizes, (size) => epochSeconds(bench, digits.subset(0, size * unit), 1));
  const byDepth = await inTurns(bench, depths, (depth) => epochSeconds(bench, digits.subset(0, unit), depth));
  const last = sizes.at(-1)!;
  const growth = bySize.at(-1)! / bySize[0]!;
  const shares = byDepth.map((seconds) => seconds / byDepth[0]!);
  bench.notes.push(
    `Growth: an epoch on ${sizes.map((size) => size * unit).join(", ")} images takes ${milliseconds(bySize)} ms; with a trunk of 1 to 4 times the layers ${milliseconds(byDepth)} ms.`,
  );
  return [
    {
      what: `epoch on ${last}x the images, of ${last} epochs on 1x`,
      unit: "ratio",
      graft: rounded(growth / last),
      peers: {},
      goals: [{ text: "<= 1.1", met: growth / last <= 1.1 }],
    },
    {
      what: "epoch with a trunk of 4x the layers, of that with 1x",
      unit: "ratio",
      graft: rounded(shares.at(-1)!),
      peers: {},
      goals: [{ text: "<= 1.1", met: shares.at(-1)! <= 1.1 }],
    },
  ];
}

const milliseconds = (values: readonly number[]): string => values.map((seconds) => rounded(1000 * seconds)).join(", ");

/** Medians, of rounds that take turns. */
async function inTurns(
  bench: EngineBench,
  settings: readonly number[],
  measure: (setting: number) => Promise<number>,
): Promise<number[]> {
  const found = settings.map((): number[] => []);
  for (let round = 0; round <= bench.rounds; round++) {
    for (const [i, setting] of settings.entries()) {
      const seconds = await measure(setting);
      if (round > 0) found[i]!.push(seconds);
    }
  }
  return found.map(median);
}

/** Mean of all epochs but the first, which extracts. */
async function epochSeconds(bench: EngineBench, train: Dataset, depth: number): Promise<number> {
  const epochs = 1 + Math.max(2, Math.round(16384 / train.size));
  const trunk = Array.from({ length: 4 * depth }, (_, i) => conv(`trunk${i}`, 16, i === 0 ? 2 : 1));
  const graph = chain(train.imageShape, [
    ...trunk,
    conv("tail", 32, 2),
    { type: "GlobalAveragePooling2D", name: "average", keepDims: false },
    dense("features", 64, "relu"),
  ]);
  const weights = initialWeights(graph, 1);
  const preprocessing = { scale: 1 / 255, offset: 0 };
  const backbone = new Backbone({ name: `depth ${depth}`, graph, weights, preprocessing });
  const model = graftOn(new LabRuntime(bench.engine), backbone, { classes: train.classes, checkpoints: false });
  const ends: number[] = [];
  model.history.onChange(() => {
    if (model.history.phases.at(-1)!.epochs.length > ends.length) ends.push(performance.now());
  });
  await model.fineTune(train, { lastLayers: 3, epochs, batchSize: 64, plot: false });
  return (ends.at(-1)! - ends[0]!) / 1000 / (epochs - 1);
}
