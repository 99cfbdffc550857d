/** What is measured on: digits as they are through the shipped backbone, and enlarged through one of real size. */
import type { Backbone } from "../src/lab/backbone/backbone";
import { backbones } from "../src/lab/backbone/backbones";
import type { Strategy } from "../src/lab/compare/strategy";
import { Dataset } from "../src/lab/data/dataset";
import { datasets } from "../src/lab/data/datasets";

export const partNames = ["digits", "mobilenet"] as const;
export type PartName = (typeof partNames)[number];

export interface StrategyPart {
  /** The beginning of its rows. */
  readonly name: string;
  /** For below the table. */
  readonly about: string;
  readonly backbone: Backbone;
  /** Numbers of labelled examples. */
  readonly labels: readonly number[];
  readonly strategies: readonly MeasuredStrategy[];
  /** Key of the strategy that the others' gains are against. */
  readonly base: string;
  readonly sample: (labels: number, seed: number) => Dataset;
  readonly test: Dataset;
}

export interface MeasuredStrategy {
  readonly strategy: Strategy;
  /** Default: as `compareStrategies` names it. */
  readonly name?: string;
  /** True: the peers train by the same recipe. */
  readonly peer?: boolean;
}

export async function strategyParts(names: readonly PartName[], quick: boolean): Promise<StrategyPart[]> {
  const make: Record<PartName, (quick: boolean) => Promise<StrategyPart>> = { digits, mobilenet };
  const parts: StrategyPart[] = [];
  for (const name of names) parts.push(await make[name](quick));
  return parts;
}

async function digits(quick: boolean): Promise<StrategyPart> {
  const { train, test } = await datasets.mnist();
  const labels = quick ? [50] : [50, 250];
  const held = test.sample({ labels: quick ? 500 : 2000, seed: 0 });
  return {
    name: "fashion-cnn",
    about: `fashion-cnn: digits of 28 x 28 from the shipped pool; tested on ${held.size} digits of MNIST's test set, the same for all; recipes are those of \`compareStrategies\`.`,
    backbone: await backbones.load("fashion-cnn"),
    labels,
    strategies: [
      { strategy: "scratch", peer: true },
      { strategy: "head", peer: true },
      { strategy: "prototypes" },
      { strategy: "nearest" },
      { strategy: "mlp" },
      { strategy: { lastLayers: 3 }, peer: true },
      { strategy: "linearProbeThenFineTune" },
      { strategy: "gradualUnfreeze" },
      { strategy: { all: true }, peer: true },
      { strategy: { lora: { rank: 4 } }, name: "lora, rank 4" },
    ],
    base: "scratch",
    sample: (count, seed) => train.sample({ labels: count, seed }),
    test: held,
  };
}

/** The last inverted residual block and the last convolution, each with its batch norm, and the head. */
const lastBlock = 3 * 2 + 2 + 1;
const recipe = { epochs: 5, batchSize: 16 };

async function mobilenet(quick: boolean): Promise<StrategyPart> {
  const { train, test } = await datasets.mnist();
  const [labels, tested] = quick ? [40, 50] : [200, 400];
  const held = enlarged(test.sample({ labels: tested, seed: 0 }));
  return {
    name: "MobileNetV2",
    about: `MobileNetV2 (npm's nsfwjs) at 224 x 224: digits of the same pool, enlarged beforehand for all sides; tested on ${held.size}; the last block (with the last convolution and the head, batch norms frozen) by Adam at 0.0003 falling by a cosine, LoRA at 0.001, ${recipe.epochs} epochs of batches of ${recipe.batchSize}; there is no row from scratch, so gains are on the head.`,
    backbone: await backbones.load("npm:nsfwjs/dist/models/mobilenet_v2"),
    labels: [labels],
    strategies: [
      { strategy: "head", peer: true },
      { strategy: "prototypes" },
      { strategy: "nearest" },
      { strategy: { lastLayers: lastBlock, learningRate: 3e-4, ...recipe }, name: "last block", peer: true },
      { strategy: { lora: { rank: 4, lastLayers: lastBlock, ...recipe } }, name: "lora, rank 4, last block" },
    ],
    base: "head",
    sample: (count, seed) => enlarged(train.sample({ labels: count, seed })),
    test: held,
  };
}

/** Made once, so that nobody's training pays for it. */
function enlarged(dataset: Dataset): Dataset {
  const large = dataset.resize({ height: 224, width: 224, channels: 3 });
  const [height, width, channels] = large.imageShape as [number, number, number];
  const images = new Uint8Array(large.size * height * width * channels);
  for (let i = 0; i < large.size; i++) images.set(large.image(i), i * height * width * channels);
  const { imageShape, labels, classes } = large;
  return Dataset.from({ images, imageShape, labels, classes });
}
