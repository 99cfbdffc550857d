import { expect, test } from "vitest";
import { Dataset } from "../data/dataset";
import { Backbone } from "./backbone";
import { initialWeights } from "./initialWeights";
import type { LayerGraph } from "./layerGraph";
import { meanAndStd } from "./meanAndStd";
import { fittedTo, preprocess, type Preprocessing } from "./preprocessing";
import { requirePreprocessing } from "./requirePreprocessing";

const shape = [4, 4, 3];

function images(height: number, width: number, channels: number, bytes?: readonly number[]): Dataset {
  const size = height * width * channels;
  const data = Uint8Array.from({ length: size }, (_, i) => bytes?.[i] ?? (i * 37) % 256);
  return Dataset.from({ images: data, imageShape: [height, width, channels], labels: [0], classes: ["a", "b"] });
}

const numbers = (dataset: Dataset, preprocessing: Preprocessing) =>
  [...preprocess(dataset, preprocessing).data].map((value) => Number(value.toFixed(4)));

test("one scale for all channels, one for each, and mean with deviation", () => {
  const pixel = images(1, 1, 3, [255, 51, 0]);
  expect(numbers(pixel, { scale: 1 / 255, offset: -0.5 })).toEqual([0.5, -0.3, -0.5]);
  expect(numbers(pixel, { scale: [1, 2, 3], offset: [0, -2, 7] })).toEqual([255, 100, 7]);
  expect(numbers(pixel, { scale: 1, offset: [0, -1, 1] })).toEqual([255, 50, 1]);
  // PyTorch's Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225]) of 1, 0.2 and 0.
  const normalized = numbers(pixel, meanAndStd([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]));
  expect(normalized).toEqual([2.2489, -1.1429, -1.8044]);
});

test("blue first: the channels turn round, scale and offset are in the model's order", () => {
  const pixels = images(1, 2, 3, [10, 20, 30, 40, 50, 60]);
  // Caffe's: minus the mean of blue, green, red.
  const preprocessing: Preprocessing = { scale: 1, offset: [-1, -2, -3], channelOrder: "bgr" };
  expect(numbers(pixels, preprocessing)).toEqual([29, 18, 7, 59, 48, 37]);
  expect(numbers(pixels, { scale: 1, offset: 0, channelOrder: "bgr" })).toEqual([30, 20, 10, 60, 50, 40]);
});

test("only the images that were asked for, in that order", () => {
  const two = Dataset.from({ images: Uint8Array.of(1, 2), imageShape: [1, 1, 1], labels: [0, 1], classes: ["a", "b"] });
  expect([...preprocess(two, { scale: 1, offset: 0 }, [1, 0, 1]).data]).toEqual([2, 1, 2]);
});

test("images of another size and of other channels come to the model's, where it says how", () => {
  const plain: Preprocessing = { scale: 1, offset: 0 };
  const gray = images(8, 16, 1);
  expect(fittedTo(gray, plain, shape)).toBe(gray);
  const same = images(4, 4, 3);
  expect(fittedTo(same, { ...plain, fit: { mode: "letterbox" } }, shape)).toBe(same);
  const hashes = (["squash", "centerCrop", "letterbox"] as const).map((mode) => {
    const fitted = fittedTo(gray, { ...plain, fit: { mode } }, shape);
    expect(fitted.imageShape).toEqual(shape);
    return fitted.itemHash(0);
  });
  // Whoever keeps features by the hash of the image tells the ways apart.
  expect(new Set(hashes).size).toBe(3);
  expect(hashes[0]).toBe(gray.resize({ height: 4, width: 4, channels: 3 }).itemHash(0));
});

test.each<[string, object]>([
  ["backbone/preprocessing-channels", { scale: [1, 2], offset: 0 }],
  ["backbone/preprocessing-channels", { scale: 1, offset: [0, 0, 0, 0] }],
  ["backbone/preprocessing-scale", { scale: 0, offset: 0 }],
  ["backbone/preprocessing-scale", { scale: [1, 0, 1], offset: 0 }],
  ["backbone/preprocessing-scale", { scale: 1, offset: Number.NaN }],
  ["backbone/preprocessing-order", { scale: 1, offset: 0, channelOrder: "grb" }],
  ["data/image-fit", { scale: 1, offset: 0, fit: { mode: "crop" } }],
  ["data/image-fit", { scale: 1, offset: 0, fit: { mode: "squash", interpolation: "lanczos" } }],
  ["data/image-fit", { scale: 1, offset: 0, fit: { mode: "squash", shorterSide: 8 } }],
  ["data/image-fit", { scale: 1, offset: 0, fit: { mode: "letterbox", fill: 256 } }],
  ["data/image-crop", { scale: 1, offset: 0, fit: { mode: "centerCrop", shorterSide: 3 } }],
  ["backbone/preprocessing", { scale: 1, offset: 0, fit: "squash" }],
])("%s: %o", (code, preprocessing) => {
  expect(() => requirePreprocessing(preprocessing as Preprocessing, shape)).toThrow(
    expect.objectContaining({ code }) as Error,
  );
});

test("the order blue first is for three channels", () => {
  const code = "backbone/preprocessing-order";
  const preprocessing: Preprocessing = { scale: 1, offset: 0, channelOrder: "bgr" };
  expect(() => requirePreprocessing(preprocessing, [4, 4, 1])).toThrow(expect.objectContaining({ code }) as Error);
});

test("a backbone is not made with a preprocessing that does not suit it", () => {
  const graph: LayerGraph = {
    input: { name: "pixels", shape },
    layers: [{ type: "GlobalAveragePooling2D", name: "mean", inputs: ["pixels"], keepDims: false }],
    output: "mean",
  };
  const parts = { name: "mean", graph, weights: initialWeights(graph, 0) };
  expect(() => new Backbone({ ...parts, preprocessing: { scale: [1], offset: 0 } })).toThrow(/3 channels/);
});

test.each([
  ["backbone/preprocessing-std", [0.5], [0]],
  ["backbone/preprocessing-std", [0.5], [Number.NaN]],
  ["backbone/preprocessing-channels", [0.5, 0.5], [1]],
])("%s: mean %o, deviation %o", (code, mean, std) => {
  expect(() => meanAndStd(mean, std)).toThrow(expect.objectContaining({ code }) as Error);
});
