import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { LayerGraph } from "../backbone/layerGraph";
import { LabRuntime } from "../train/labRuntime";
import { ScriptedEngine } from "../train/scriptedEngine";
import { trunkFeatures } from "../train/trunkFeatures";
import { type AugmentOptions } from "./augmentedImages";
import { Dataset } from "./dataset";
import { placedImage, type Placement } from "./placedImage";

const shape = [8, 10, 3];
const size = 5;

/** Slopes and a bright corner, each image another one. */
function photos(): Dataset {
  const [height, width, channels] = shape as [number, number, number];
  const images = Uint8Array.from({ length: size * height * width * channels }, (_, i) => {
    const [channel, column] = [i % channels, Math.floor(i / channels) % width];
    const row = Math.floor(i / channels / width) % height;
    return row < 2 && column < 3 ? 250 - 20 * channel : 9 * row + 7 * column + 11 * Math.floor(i / 240);
  });
  const labels = Array.from({ length: size }, (_, i) => i % 2);
  return Dataset.from({ images, imageShape: shape, labels, classes: ["a", "b"] });
}

/** Some of them as a dataset of their own. */
function ownImages(indices: readonly number[], groups: readonly string[] = indices.map(String)): Dataset {
  const images = Uint8Array.from(indices.flatMap((i) => [...photos().image(i)]));
  return Dataset.from({ images, imageShape: shape, labels: indices.map((i) => i % 2), classes: ["a", "b"], groups });
}

function hashes(dataset: Dataset): string[] {
  return Array.from({ length: dataset.size }, (_, i) => dataset.itemHash(i));
}

function bytes(dataset: Dataset): string {
  const hash = createHash("sha256");
  for (let i = 0; i < dataset.size; i++) hash.update(dataset.image(i));
  return hash.digest("hex").slice(0, 16);
}

const everything: AugmentOptions = {
  views: 3,
  rotate: 30,
  shift: 0.2,
  zoom: 0.2,
  flip: "both",
  brightness: 0.3,
  noise: 0.05,
};

test("the views of an image lie beside each other, the first is the image, and each is an item of its own", () => {
  const whole = photos();
  const views = whole.augment({ views: 3, seed: 4 });
  expect([views.size, views.imageShape]).toEqual([15, shape]);
  expect([...views.labels]).toEqual([...whole.labels].flatMap((label) => [label, label, label]));
  expect(new Set(hashes(views)).size).toBe(15);
  for (let i = 0; i < size; i++) {
    expect(views.itemHash(3 * i)).toBe(whole.itemHash(i));
    expect(views.image(3 * i)).toEqual(whole.image(i));
    expect(views.image(3 * i + 1)).not.toEqual(whole.image(i));
  }
});

test("same seed, same bytes, on every machine; other seeds are other views", () => {
  expect(bytes(photos().augment({ ...everything, seed: 1 }))).toBe("74b9f66d6c2a3328");
  expect(bytes(photos().augment({ ...everything, seed: 2 }))).not.toBe("74b9f66d6c2a3328");
  const one = hashes(photos().augment({ views: 3, seed: 1 }));
  expect(hashes(photos().augment({ views: 3, seed: 1 }))).toEqual(one);
  const other = hashes(photos().augment({ views: 3, seed: 2 }));
  expect(other.filter((hash) => one.includes(hash))).toEqual(hashes(photos()));
});

test("an image has the same views wherever it lies, and more views of it are further ones", () => {
  const few = ownImages([4, 1]).augment({ views: 2, seed: 3 });
  const many = photos().augment({ views: 6, seed: 3 });
  expect(hashes(few)).toEqual([24, 25, 6, 7].map((i) => many.itemHash(i)));
  expect(few.image(1)).toEqual(many.image(25));
});

test("one more option leaves the others as they were", () => {
  const turned = photos().augment({ views: 2, rotate: 20 });
  const darker = photos().augment({ views: 2, rotate: 20, brightness: 1e-9 });
  expect(darker.image(1)).toEqual(turned.image(1));
  expect(darker.itemHash(1)).not.toBe(turned.itemHash(1));
});

test("a view that changes nothing is the image", () => {
  const mirrored = hashes(photos().augment({ views: 40, flip: true }));
  expect(new Set(mirrored).size).toBe(2 * size);
  expect(new Set(hashes(photos().augment({ views: 40, flip: "both" }))).size).toBe(4 * size);
});

test("a split does not divide the views of an image, nor the groups of the images", () => {
  const { train, validation } = photos().augment({ views: 4 }).split({ validation: 0.4, stratify: false });
  expect([train.size, validation.size]).toEqual([12, 8]);
  expect(train.groups!.filter((group) => validation.groups!.includes(group))).toEqual([]);
  const grouped = ownImages([0, 1, 2, 3, 4], ["x", "x", "y", "y", "y"]);
  expect(grouped.augment({ views: 2 }).groups).toEqual("xxxxyyyyyy".split(""));
});

/** Of one brightness. */
function plain(byte: number): Dataset {
  return Dataset.from({
    images: new Uint8Array(64).fill(byte),
    imageShape: [8, 8, 1],
    labels: [0],
    classes: ["a", "b"],
  });
}

test("brightness is a factor within its limits, in both directions", () => {
  const views = plain(100).augment({ views: 200, brightness: 0.2 });
  const found = Array.from({ length: 199 }, (_, i) => views.image(i + 1)[0]!);
  const [least, most] = [Math.min(...found), Math.max(...found)];
  expect([least >= 80, least < 84, most > 116, most <= 120]).toEqual([true, true, true, true]);
  expect(
    plain(250)
      .augment({ views: 200, brightness: 0.2 })
      .image(1)
      .every((byte) => byte >= 200),
  ).toBe(true);
});

test("noise has the standard deviation that was asked for", () => {
  const views = plain(128).augment({ views: 60, noise: 0.04 });
  const errors = Array.from({ length: 59 }, (_, i) => [...views.image(i + 1)].map((byte) => byte - 128)).flat();
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  const variance = errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length;
  expect(Math.abs(mean)).toBeLessThan(0.5);
  expect(Math.sqrt(variance) / 255).toBeCloseTo(0.04, 2);
});

const asIs: Placement = { degrees: 0, down: 0, right: 0, scale: 1, mirrored: false, upsideDown: false };
const square = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);

test.each<[string, Partial<Placement>, readonly number[]]>([
  ["stays", {}, [...square]],
  ["turns clockwise", { degrees: 90 }, [7, 4, 1, 8, 5, 2, 9, 6, 3]],
  ["goes to the right, and the edge with it", { right: 1 / 3 }, [1, 1, 2, 4, 4, 5, 7, 7, 8]],
  ["goes down", { down: 1 / 3 }, [1, 2, 3, 1, 2, 3, 4, 5, 6]],
  ["lies between pixels", { right: 1 / 6 }, [1, 1.5, 2.5, 4, 4.5, 5.5, 7, 7.5, 8.5]],
  ["is twice as large", { scale: 2 }, [3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7]],
  ["is mirrored", { mirrored: true }, [3, 2, 1, 6, 5, 4, 9, 8, 7]],
  ["is upside down", { upsideDown: true }, [7, 8, 9, 4, 5, 6, 1, 2, 3]],
])("an image %s", (_, placement, expected) => {
  const found = placedImage(square, [3, 3, 1], { ...asIs, ...placement });
  expected.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 5));
});

test("channels stay together", () => {
  const color = Uint8Array.of(1, 10, 100, 2, 20, 200);
  expect([...placedImage(color, [1, 2, 3], { ...asIs, mirrored: true })]).toEqual([2, 20, 200, 1, 10, 100]);
});

test("each view crosses a frozen trunk once", async () => {
  const graph: LayerGraph = {
    input: { name: "pixels", shape },
    layers: [{ type: "Flatten", name: "flat", inputs: ["pixels"] }],
    output: "flat",
  };
  const trunk = { graph, weights: new Map(), preprocessing: { scale: 1 / 255, offset: 0 } };
  const runtime = new LabRuntime(new ScriptedEngine());
  await trunkFeatures(runtime, trunk, photos());
  expect(runtime.trunkPasses).toBe(size);
  await trunkFeatures(runtime, trunk, photos().augment({ views: 4 }));
  expect(runtime.trunkPasses).toBe(4 * size);
  await trunkFeatures(runtime, trunk, photos().augment({ views: 6 }));
  expect(runtime.trunkPasses).toBe(6 * size);
});

test.each<[AugmentOptions, string]>([
  [{ views: 0 }, "views: 0"],
  [{ views: 1.5 }, "views: 1.5"],
  [{ views: 2, rotate: 181 }, "rotate: 181"],
  [{ views: 2, shift: -0.1 }, "shift: -0.1"],
  [{ views: 2, zoom: 1 }, "zoom: 1"],
  [{ views: 2, noise: NaN }, "noise: NaN"],
])("%o is refused as data/augment", (options, found) => {
  expect(() => photos().augment(options)).toThrow(expect.objectContaining({ code: "data/augment", found }));
});
