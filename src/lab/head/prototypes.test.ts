import { expect, test } from "vitest";
import { Rng } from "../../shared/rng";
import { prototypeHead } from "./prototypes";
import { headLogits, largestIndex } from "./softmaxScore";

const width = 6;
const rng = new Rng(5);
const labels = Int32Array.from({ length: 30 }, (_, i) => i % 3);
const features = {
  shape: [30, width],
  data: Float32Array.from(
    { length: 30 * width },
    (_, i) => 40 + 3 * rng.normal() + (i % width === labels[Math.floor(i / width)] ? 4 : 0),
  ),
};
const means = [0, 1, 2].map((label) =>
  Array.from({ length: width }, (_, j) => {
    const own = [...labels.keys()].filter((row) => labels[row] === label);
    return own.reduce((sum, row) => sum + features.data[row * width + j]! / own.length, 0);
  }),
);
const squaredDistance = (a: ArrayLike<number>, b: readonly number[]) =>
  b.reduce((sum, value, j) => sum + (a[j]! - value) ** 2, 0);

test("differences of logits are differences of squared distances to the class means, in one unit", () => {
  const head = prototypeHead({ features, labels }, 3);
  const { data } = headLogits(features, head);
  const apart =
    (squaredDistance(means[0]!, means[1]!) +
      squaredDistance(means[0]!, means[2]!) +
      squaredDistance(means[1]!, means[2]!)) /
    3;
  for (let row = 0; row < 30; row++) {
    const own = features.data.subarray(row * width, (row + 1) * width);
    const distances = means.map((mean) => squaredDistance(own, mean));
    for (const [a, b] of [
      [0, 1],
      [1, 2],
    ] as const) {
      const expected = (10 * (distances[b]! - distances[a]!)) / apart;
      expect(data[row * 3 + a]! - data[row * 3 + b]!).toBeCloseTo(expected, 2);
    }
    expect(largestIndex(data.subarray(row * 3, row * 3 + 3))).toBe(distances.indexOf(Math.min(...distances)));
  }
});

test("a class without examples is never the nearest", () => {
  const { data } = headLogits(features, prototypeHead({ features, labels }, 4));
  for (let row = 0; row < 30; row++) expect(largestIndex(data.subarray(row * 4, row * 4 + 4))).not.toBe(3);
});

test("features that are all alike give finite logits", () => {
  const alike = { shape: [4, 2], data: new Float32Array(8).fill(7) };
  const { data } = headLogits(alike, prototypeHead({ features: alike, labels: Int32Array.of(0, 1, 0, 1) }, 2));
  expect([...data].every(Number.isFinite)).toBe(true);
});
