/**
 * Makes media/backbones/fashion-cnn: trains the backbone on all 60,000 images of Fashion-MNIST, from seeded random weights, and
 * writes it with a card that says how. `npm run pretrain [-- --epochs N]`. Same seed, same machine, same backbone.
 *
 * It learns to tell both what a piece of clothing is and which way it was turned, from distorted copies and outlines
 * (`augmentImages.ts`): plain classification of filled shapes gives features that digits, which are strokes, gain little from.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { pathTo } from "../src/lab/backbone/cutGraph";
import { goldenFeatures } from "../src/lab/backbone/goldenImage";
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
import { AUGMENTATION, augmentImages, TURNS } from "./augmentImages";
import { FEATURE_LAYER, fashionCnn } from "./fashionCnn";

const NAME = "fashion-cnn";
const SEED = 2026;
const BATCH_SIZE = 128;
const LEARNING_RATE = 2e-3;
const WEIGHT_DECAY = 1e-2;
const PREPROCESSING = { scale: 1 / 255, offset: 0 };

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { epochs: { type: "string", default: "5" } } });
  const epochs = Number(values.epochs);
  process.env.GRAFT_DIST ??= join(process.cwd(), "dist");
  const { train, test } = await datasets.fashionMnist();
  const graph = fashionCnn({ filters: [32, 64, 128], classes: train.classes.length * TURNS });
  const engine = createOnnxruntimeEngine();
  try {
    const images = preprocess(train, PREPROCESSING);
    let weights = initialWeights(graph, SEED);
    for (let epoch = 0; epoch < epochs; epoch++) {
      const started = performance.now();
      weights = await trainEpoch(engine, graph, weights, images, train.labels, epoch, epochs);
      const logits = await engine.infer(graph, weights, preprocess(test, PREPROCESSING));
      const accuracy = uprightAccuracy(logits, test.labels);
      const seconds = (performance.now() - started) / 1000;
      console.log(`epoch ${epoch + 1}/${epochs}  test accuracy ${accuracy.toFixed(4)}  ${seconds.toFixed(1)} s`);
      if (epoch === epochs - 1) await write(engine, graph, weights, train.classes, accuracy, epochs);
    }
  } finally {
    await engine.dispose();
  }
}

/** One epoch with distortions of its own; the learning rate falls linearly over the epochs, from the second on. */
async function trainEpoch(
  engine: Engine,
  graph: LayerGraph,
  weights: Weights,
  images: Tensor,
  labels: Int32Array,
  epoch: number,
  epochs: number,
): Promise<Weights> {
  const augmented = augmentImages(images, labels, SEED + epoch);
  const result = await engine.train({
    graph,
    weights,
    trainable: graph.layers.filter((layer) => weightNames(layer).length > 0).map((layer) => layer.name),
    train: { features: augmented.features, targets: augmented.labels },
    epochs: 1,
    batchSize: BATCH_SIZE,
    optimizer: { name: "adamW", learningRate: LEARNING_RATE * (1 - epoch / epochs), weightDecay: WEIGHT_DECAY },
    seed: SEED + epoch,
  });
  return result.weights;
}

/** Of the kinds of clothing on images as they are; which way the network thinks they were turned does not count. */
function uprightAccuracy(logits: Tensor, labels: Int32Array): number {
  const width = logits.shape[1]!;
  let right = 0;
  labels.forEach((label, row) => {
    const values = logits.data.subarray(row * width, (row + 1) * width);
    const best = values.reduce((most, value, i) => (value > values[most]! ? i : most), 0);
    if (Math.floor(best / TURNS) === label) right++;
  });
  return right / labels.length;
}

async function write(
  engine: Engine,
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
  const features = { graph: pathTo(graph, FEATURE_LAYER), weights, preprocessing: PREPROCESSING };
  const golden = await goldenFeatures(engine, features);
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
    classes: classes.flatMap((name) => [name, ...[90, 180, 270].map((turn) => `${name}, turned ${turn} degrees`)]),
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
      targets: "kind of clothing x quarter turn",
      augmentation:
        `new in each epoch: outlines with probability ${AUGMENTATION.outlines}, quarter turns, ` +
        `rotation up to ${AUGMENTATION.angle} rad, stretch up to ${AUGMENTATION.stretch} (log), ` +
        `slant up to ${AUGMENTATION.slant}, shifts of up to ${AUGMENTATION.shift} pixels`,
    },
    seed: SEED,
    parameters: [...weights.values()].reduce((sum, { data }) => sum + data.length, 0),
    testAccuracy,
    licence: "MIT",
    sha256,
    golden: golden.map((value) => Number(value.toPrecision(6))),
  };
  await writeFileAtomically(join(folder, "card.json"), `${JSON.stringify(card, null, 2)}\n`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
