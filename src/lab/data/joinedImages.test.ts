import { expect, test } from "vitest";
import { Dataset } from "./dataset";
import type { RawImage } from "./joinedImages";

const image = (changes: Partial<RawImage> = {}): RawImage => {
  const { height = 2, width = 1, channels = 1 } = changes;
  return { height, width, channels, data: new Uint8Array(height * width * channels).fill(7), ...changes };
};
const classes = ["cat", "dog"];

test("single images become a dataset", () => {
  const dataset = Dataset.fromImages([image(), image({ data: Uint8Array.of(1, 2) })], { labels: [1, 0], classes });
  expect(dataset.imageShape).toEqual([2, 1, 1]);
  expect([...dataset.image(1)]).toEqual([1, 2]);
  expect([...dataset.labels]).toEqual([1, 0]);
});

test.each<[string, readonly RawImage[], RegExp]>([
  ["data/no-images", [], /at least one image, but found none/],
  ["data/mixed-channels", [image(), image({ channels: 3 })], /1 channels.*found 3 in image 1.*gray \(1\) or to colour/],
  ["data/mixed-sizes", [image(), image({ width: 4 })], /2 x 1.*found 2 x 4 in image 1/],
  ["data/image-bytes", [image({ data: new Uint8Array(3) })], /2 bytes for 2 x 1 x 1.*found 3 in image 0/],
])("%s", (code, images, text) => {
  const make = () => Dataset.fromImages(images, { labels: images.map(() => 0), classes });
  expect(make).toThrow(expect.objectContaining({ code, message: expect.stringMatching(text) as string }));
});
