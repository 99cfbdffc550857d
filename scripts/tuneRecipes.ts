/**
 * Finds learning rates and numbers of epochs for `compareStrategies`, for each strategy alike: by accuracy on 2,000 digits of the
 * shipped pool that are never drawn as labelled examples here, with seeds from 1000 on that no comparison uses. The test set is
 * not read. `npm run tune:recipes [-- --strategy scratch|transfer] [--labels 50] [--last-layers 2]`.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { backbones } from "../src/lab/backbone/backbones";
import { datasets } from "../src/lab/data/datasets";
import { createOnnxruntimeEngine } from "../src/lab/engine/onnxruntimeEngine";
import { fromScratchOn, graftOn } from "../src/lab/train/graft";
import { LabRuntime } from "../src/lab/train/labRuntime";

const FIRST_SEED = 1000;
const SEEDS = 4;
const HELD_OUT = 2000;
const LEARNING_RATES = [3e-4, 1e-3, 3e-3, 1e-2];
const EPOCHS = [15, 30, 60];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      strategy: { type: "string", default: "scratch" },
      labels: { type: "string", default: "50" },
      "last-layers": { type: "string", default: "2" },
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
    for (const learningRate of LEARNING_RATES) {
      for (const epochs of EPOCHS) {
        const accuracies: number[] = [];
        for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
          const labelled = pool.sample({ labels: Number(values.labels), seed });
          const scratch = values.strategy === "scratch";
          const model = (scratch ? fromScratchOn : graftOn)(runtime, backbone, { classes: train.classes, seed });
          if (!scratch) await model.trainHead(labelled, { plot: false });
          await model.fineTune(labelled, {
            ...(scratch ? { all: true } : { lastLayers: Number(values["last-layers"]) }),
            learningRate,
            epochs,
            batchSize: 16,
            schedule: "cosine",
            seed,
            plot: false,
          });
          accuracies.push((await model.evaluate(held)).accuracy);
        }
        const mean = accuracies.reduce((sum, value) => sum + value, 0) / SEEDS;
        console.log(
          `${values.strategy}, ${values.labels} labels: rate ${learningRate}, ${epochs} epochs: ${mean.toFixed(4)}`,
        );
      }
    }
  } finally {
    await engine.dispose();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
