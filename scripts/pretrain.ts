/**
 * Makes media/backbones/fashion-cnn: trains the backbone on all 60,000 images of Fashion-MNIST, from seeded random weights, and
 * writes it with a card that says how. `npm run pretrain [-- --epochs N]`. Same seed, same machine, same backbone.
 *
 * Every epoch sees each image shifted by up to two pixels: features that don't depend on the exact place transfer better.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { weightNames } from "../src/lab/backbone/graphShapes";
import { initialWeights } from "../src/lab/backbone/initialWeights";
import type { LayerGraph, Tensor, Weights } from "../src/lab/backbone/layerGraph";
import { writeLayersModel } from "../src/lab/backbone/layersModel";
import { preprocess } from "../src/lab/backbone/preprocessing";
import type { BackboneCard } from "../src/lab/backbone/card";
import { writeFileAtomically } from "../src/lab/data/atomicFile";
import { datasets } from "../src/lab/data/datasets";
import type { Engine } from "../src/lab/engine/engine";
import { createOnnxruntimeEngine } from "../src/lab/engine/onnxruntimeEngine";
import { scoreLogits } from "../src/lab/head/softmaxScore";
import { FEATURE_LAYER, fashionCnn } from "./fashionCnn";
import { shiftedImages } from "./shiftedImages";

const NAME = "fashion-cnn";
const SEED = 2026;
const BATCH_SIZE = 128;
const LEARNING_RATE = 2e-3;
const WEIGHT_DECAY = 1e-2;
const SHIFT = 2;
const PREPROCESSING = { scale: 1 / 255, offset: 0 };

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { epochs: { type: "string", default: "8" } } });
  const epochs = Number(values.epochs);
  process.env.GRAFT_DIST ??= join(process.cwd(), "dist");
  const { train, test } = await datasets.fashionMnist();
  const graph = fashionCnn({ filters: [32, 64, 96], embedding: 128, classes: train.classes.length });
  const engine = createOnnxruntimeEngine();
  try {
    const images = preprocess(train, PREPROCESSING);
    let weights = initialWeights(graph, SEED);
    for (let epoch = 0; epoch < epochs; epoch++) {
      const started = performance.now();
      weights = await trainEpoch(engine, graph, weights, images, train.labels, epoch, epochs);
      const logits = await engine.infer(graph, weights, preprocess(test, PREPROCESSING));
      const { accuracy, loss } = scoreLogits(logits, test.labels);
      const seconds = (performance.now() - started) / 1000;
      console.log(
        `epoch ${epoch + 1}/${epochs}  test accuracy ${accuracy.toFixed(4)}  loss ${loss.toFixed(4)}  ${seconds.toFixed(1)} s`,
      );
      if (epoch === epochs - 1) await write(graph, weights, train.classes, accuracy, epochs);
    }
  } finally {
    await engine.dispose();
  }
}

/** One epoch with shifts of its own; the learning rate falls linearly over the epochs, from the second on. */
async function trainEpoch(
  engine: Engine,
  graph: LayerGraph,
  weights: Weights,
  images: Tensor,
  labels: Int32Array,
  epoch: number,
  epochs: number,
): Promise<Weights> {
  const result = await engine.train({
    graph,
    weights,
    trainable: graph.layers.filter((layer) => weightNames(layer).length > 0).map((layer) => layer.name),
    train: { features: shiftedImages(images, SHIFT, SEED + epoch), labels },
    epochs: 1,
    batchSize: BATCH_SIZE,
    optimizer: { name: "adam", learningRate: LEARNING_RATE * (1 - epoch / epochs), weightDecay: WEIGHT_DECAY },
    seed: SEED + epoch,
  });
  return result.weights;
}

async function write(
  graph: LayerGraph,
  weights: Weights,
  classes: readonly string[],
  testAccuracy: number,
  epochs: number,
): Promise<void> {
  const folder = join(process.cwd(), "media", "backbones", NAME);
  await writeLayersModel(folder, NAME, { graph, weights });
  const sha256: Record<string, string> = {};
  for (const file of ["model.json", "weights.bin"]) {
    sha256[file] = createHash("sha256")
      .update(await readFile(join(folder, file)))
      .digest("hex");
  }
  const card: BackboneCard = {
    name: NAME,
    description:
      "A small convolutional network that tells ten kinds of clothing apart, for transfer to other grey 28 x 28 images.",
    data: {
      name: "Fashion-MNIST, training set (Xiao, Rasul & Vollgraf 2017, arXiv:1708.07747)",
      examples: 60_000,
      source: "https://github.com/zalandoresearch/fashion-mnist",
      licence: "MIT, Copyright 2017 Zalando SE",
    },
    classes,
    featureLayer: FEATURE_LAYER,
    preprocessing: PREPROCESSING,
    recipe: {
      script: "npm run pretrain",
      engine: "Graft on onnxruntime",
      optimizer: "AdamW",
      learningRate: LEARNING_RATE,
      schedule: "falls linearly with each epoch",
      weightDecay: WEIGHT_DECAY,
      batchSize: BATCH_SIZE,
      epochs,
      augmentation: `shifts of up to ${SHIFT} pixels, new in each epoch`,
    },
    seed: SEED,
    parameters: [...weights.values()].reduce((sum, { data }) => sum + data.length, 0),
    testAccuracy,
    licence: "MIT",
    sha256,
  };
  await writeFileAtomically(join(folder, "card.json"), `${JSON.stringify(card, null, 2)}\n`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
