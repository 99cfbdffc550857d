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

/** Each pixel is 16 times its row plus its column. */
function grid(height: number, width: number): Dataset {
  const images = Uint8Array.from({ length: height * width }, (_, i) => 16 * Math.floor(i / width) + (i % width));
  return Dataset.from({ images, imageShape: [height, width, 1], labels: [0], classes: ["a", "b"] });
}

test.each<[string, Dataset, Parameters<Dataset["resize"]>[0], readonly number[]]>([
  ["the middle of a wide image", grid(2, 6), { height: 2, width: 2, mode: "centerCrop" }, [2, 3, 18, 19]],
  ["the middle of a high image", grid(6, 2), { height: 2, width: 2, mode: "centerCrop" }, [32, 33, 48, 49]],
  [
    "the middle of an image whose shorter side is kept",
    grid(4, 6),
    { height: 2, width: 2, mode: "centerCrop", shorterSide: 4 },
    [18, 19, 34, 35],
  ],
  [
    "an image with bars above and below",
    grid(1, 3),
    { height: 3, width: 3, mode: "letterbox", fill: 9 },
    [9, 9, 9, 0, 1, 2, 9, 9, 9],
  ],
  ["an image with bars at its sides", grid(2, 1), { height: 2, width: 3, mode: "letterbox" }, [0, 0, 0, 0, 16, 0]],
  [
    "the nearest pixels",
    grid(2, 2),
    { height: 4, width: 4, interpolation: "nearest" },
    [0, 0, 1, 1, 0, 0, 1, 1, 16, 16, 17, 17, 16, 16, 17, 17],
  ],
  [
    "a bar of colour",
    grid(1, 2),
    { height: 2, width: 2, channels: 3, mode: "letterbox", fill: 7 },
    [0, 0, 0, 1, 1, 1, 7, 7, 7, 7, 7, 7],
  ],
])("%s", (_, original, size, expected) => {
  expect([...original.resize(size).image(0)]).toEqual(expected);
});

test("bicubic is Keys' kernel: a step overshoots, and what is level stays so", () => {
  const step = Dataset.from({
    images: Uint8Array.of(100, 100, 100, 100, 200, 200, 200, 200),
    imageShape: [1, 8, 1],
    labels: [0],
    classes: ["a", "b"],
  });
  // By hand: at 3.75 pixels the weights of pixels 2 … 5 (centres 2.5 …) are -0.0703, 0.8672, 0.2266, -0.0234.
  const doubled = step.resize({ height: 1, width: 16, interpolation: "bicubic" }).image(0);
  expect([...doubled]).toEqual([100, 100, 100, 100, 100, 98, 93, 120, 180, 207, 202, 200, 200, 200, 200, 200]);
});

test("the hash tells the ways apart", () => {
  const original = photos(4, 6, 1);
  const ways = [
    {},
    { mode: "centerCrop" },
    { mode: "centerCrop", shorterSide: 9 },
    { mode: "letterbox" },
    { mode: "letterbox", fill: 1 },
    { interpolation: "nearest" },
    { interpolation: "bicubic" },
  ] as const;
  const hashes = ways.map((way) => original.resize({ height: 8, width: 8, ...way }).itemHash(0));
  expect(new Set(hashes).size).toBe(ways.length);
  expect(original.resize({ height: 8, width: 8, mode: "squash", interpolation: "bilinear" }).itemHash(0)).toBe(
    hashes[0],
  );
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
  [{ height: 4, width: 4, mode: "stretch" as "squash" }, "data/image-fit"],
  [{ height: 4, width: 4, mode: "centerCrop" as const, shorterSide: 3 }, "data/image-crop"],
])("%o is refused: %s", (size, code) => {
  expect(() => photos(4, 4, 3).resize(size)).toThrow(expect.objectContaining({ code }));
});
