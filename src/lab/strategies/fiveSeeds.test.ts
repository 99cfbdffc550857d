/**
 * Every strategy against what it should beat on real digits: five draws of the labelled ones, the same for all, so that gains are paired. What
 * is expected lies below what `npm run bench -- strategies` measures.
 */
import { expect, test } from "vitest";
import { accuracyOn } from "../compare/compareStrategies";
import { normalStrategy, type Strategy, trainBy } from "../compare/strategy";
import { studentInterval } from "../compare/studentInterval";
import { realDigits } from "./testing/realDigits";

const seeds = [0, 1, 2, 3, 4];
const { backbone, digits, runtime } = await realDigits();
const shared = runtime();
const held = digits.test.sample({ labels: 1000, seed: 0 });

const known = new Map<string, Promise<number[]>>();

/** Accuracy by seed, each measured once. */
function accuraciesOf(strategy: Strategy, labels: number): Promise<number[]> {
  const key = JSON.stringify([strategy, labels]);
  if (!known.has(key)) known.set(key, measured(strategy, labels));
  return known.get(key)!;
}

async function measured(strategy: Strategy, labels: number): Promise<number[]> {
  const accuracies: number[] = [];
  for (const seed of seeds) {
    const train = digits.train.sample({ labels, seed });
    const model = await trainBy(normalStrategy(strategy), shared, backbone, train, seed);
    accuracies.push(await accuracyOn(shared, model, held));
  }
  return accuracies;
}

/** Trainings take seconds each, more on a machine that does other things too. */
const timeout = 120_000;

async function gainOn(base: Strategy, strategy: Strategy, labels: number) {
  const [before, after] = [await accuraciesOf(base, labels), await accuraciesOf(strategy, labels)];
  return studentInterval(after.map((accuracy, i) => accuracy - before[i]!));
}

/** With the lower end of the 95 % interval of the gain that there must be. */
test.each<[Strategy, number]>([
  ["head", 0.06],
  ["prototypes", 0.03],
  ["nearest", 0.06],
  ["mlp", 0.04],
])(
  "one label a class: %j beats training from scratch",
  async (strategy, least) => {
    const { interval } = await gainOn("scratch", strategy, 10);
    expect(interval[0]).toBeGreaterThan(least);
  },
  timeout,
);

// Prototypes and nearest neighbours are no longer told apart from scratch here, which is why they stand above only.
test.each<[Strategy, number]>([
  ["head", 0.01],
  [{ lastLayers: 3 }, 0.015],
  ["linearProbeThenFineTune", 0.015],
  ["gradualUnfreeze", 0.015],
  [{ all: true }, 0.015],
  [{ lora: { rank: 4, epochs: 20 } }, 0.015],
])(
  "five labels a class: %j beats training from scratch",
  async (strategy, least) => {
    const { interval } = await gainOn("scratch", strategy, 50);
    expect(interval[0]).toBeGreaterThan(least);
  },
  timeout,
);

test.each<Strategy>([
  { lastLayers: 3 },
  "linearProbeThenFineTune",
  "gradualUnfreeze",
  { all: true },
  { lora: { rank: 4, epochs: 20 } },
])("five labels a class: %j is ahead of the head alone, on average", async (strategy) => {
  expect((await gainOn("head", strategy, 50)).mean).toBeGreaterThan(0.002);
});
