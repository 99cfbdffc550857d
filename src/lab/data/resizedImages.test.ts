import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { Rng } from "../../shared/rng";
import { Dataset } from "./dataset";

beforeAll(() => tf.setBackend("cpu"));

function photos(height: number, width: number, channels: number): Dataset {
  const rng = new Rng(5);
  const images = Uint8Array.from({ length: 3 * height * width * channels }, () => Math.floor(256 * rng.uniform()));
  return Dataset.from({ images, imageShape: [height, width, channels], labels: [0, 1, 0], classes: ["a", "b"] });
}

test.each([
  [7, 5, 1, 20, 31],
  [6, 9, 3, 6, 18],
  [28, 28, 1, 224, 224],
])(
  "%i x %i x %i enlarged is what tfjs makes of it, to the nearest byte",
  (height, width, channels, toHeight, toWidth) => {
    const original = photos(height, width, channels);
    const resized = original.resize({ height: toHeight, width: toWidth });
    expect(resized.imageShape).toEqual([toHeight, toWidth, channels]);
    const expected = tf.image
      .resizeBilinear(tf.tensor3d([...original.image(1)], [height, width, channels]), [toHeight, toWidth], false, true)
      .dataSync();
    const found = resized.image(1);
    expect(found.length).toBe(expected.length);
    const apart = found.reduce((most, byte, i) => Math.max(most, Math.abs(byte - expected[i]!)), 0);
    expect(apart).toBeLessThan(0.501);
  },
);

test("shrinking counts every pixel", () => {
  const stripes = Dataset.from({
    images: Uint8Array.from({ length: 64 }, (_, i) => (i % 2) * 200),
    imageShape: [8, 8, 1],
    labels: [0],
    classes: ["a", "b"],
  });
  // In the middle, halves of 0 and 200; taking single pixels would give stripes, or none.
  const middle = [5, 6, 9, 10].map((place) => stripes.resize({ height: 4, width: 4 }).image(0)[place]);
  expect(middle).toEqual([100, 100, 100, 100]);
});

test("gray becomes color and color gray", () => {
  const gray = photos(4, 4, 1);
  const color = gray.resize({ height: 4, width: 4, channels: 3 });
  expect([...color.image(2)]).toEqual([...gray.image(2)].flatMap((byte) => [byte, byte, byte]));
  const back = color.resize({ height: 4, width: 4, channels: 1 });
  expect([...back.image(2)]).toEqual([...gray.image(2)]);
});

test("examples keep label and order; the hash tells size and picture apart", () => {
  const original = photos(4, 4, 1);
  const resized = original.resize({ height: 8, width: 8 });
  expect([...resized.labels]).toEqual([0, 1, 0]);
  const part = resized.select([2, 0]);
  expect([...part.image(0)]).toEqual([...resized.image(2)]);
  expect(part.itemHash(0)).toBe(original.resize({ height: 8, width: 8 }).itemHash(2));
  const hashes = [
    original.itemHash(0),
    resized.itemHash(0),
    resized.itemHash(1),
    original.resize({ height: 8, width: 9 }).itemHash(0),
    original.resize({ height: 8, width: 8, channels: 3 }).itemHash(0),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
});

test("nothing is made before it is asked for", () => {
  const before = process.memoryUsage().arrayBuffers;
  const resized = photos(28, 28, 1).resize({ height: 20_000, width: 20_000, channels: 3 });
  expect(resized.size).toBe(3);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100e6);
});

test.each([
  [{ height: 0, width: 4 }, "data/image-size"],
  [{ height: 4, width: 4.5 }, "data/image-size"],
  [{ height: 4, width: 4, channels: 2 }, "data/channels"],
])("%o is refused: %s", (size, code) => {
  expect(() => photos(4, 4, 3).resize(size)).toThrow(expect.objectContaining({ code }));
});
