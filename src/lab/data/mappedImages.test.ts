import { expect, test } from "vitest";
import { Dataset } from "./dataset";
import type { RawImage } from "./joinedImages";

function photos(): Dataset {
  const images = Uint8Array.from({ length: 3 * 2 * 4 }, (_, i) => 10 * i);
  return Dataset.from({
    images,
    imageShape: [2, 4, 1],
    labels: [0, 1, 0],
    classes: ["a", "b"],
    groups: ["x", "y", "x"],
  });
}

test("each image goes through the function, labels and groups stay", () => {
  const inverted = photos().map((image) => ({ ...image, data: image.data.map((byte) => 255 - byte) }));
  expect([...inverted.image(1)]).toEqual([...photos().image(1)].map((byte) => 255 - byte));
  expect([[...inverted.labels], inverted.groups]).toEqual([
    [0, 1, 0],
    ["x", "y", "x"],
  ]);
  expect([...inverted.select([2, 0]).image(1)]).toEqual([...inverted.image(0)]);
});

test("the function may change the size, and what it gets", () => {
  const original = photos();
  const upperRow = original.map(({ width, channels, data }) => ({
    height: 1,
    width,
    channels,
    data: data.fill(0, 0, 2).slice(0, 4),
  }));
  expect(upperRow.imageShape).toEqual([1, 4, 1]);
  expect([...upperRow.image(0)]).toEqual([0, 0, 20, 30]);
  expect([...original.image(0)]).toEqual([...photos().image(0)]);
});

test("an item is what came out: the same pictures are the same items, however they were made", () => {
  const same = photos().map((image) => image);
  expect(same.id).toBe(photos().id);
  const doubled = photos().map((image) => ({ ...image, data: image.data.map((byte) => 2 * byte) }));
  expect(doubled.itemHash(0)).not.toBe(same.itemHash(0));
});

test("images are made when they are asked for", () => {
  let calls = 0;
  const counted = photos().map((image) => {
    calls++;
    return image;
  });
  expect(calls).toBe(1);
  counted.image(2);
  expect(calls).toBe(2);
  expect(
    photos()
      .select([])
      .map(() => ({}) as RawImage).size,
  ).toBe(0);
});

test.each<[string, (image: RawImage) => RawImage]>([
  ["8 bytes", (image) => ({ ...image, height: 4 })],
  ["Array", (image) => ({ ...image, data: [...image.data] as unknown as Uint8Array })],
  [
    "one of 2 x 4 x 1",
    (image) => (image.data[0] === 0 ? { ...image, height: 1, data: image.data.slice(0, 4) } : image),
  ],
])("refuses %s as data/map", (found, change) => {
  expect(() => photos().map(change).image(1)).toThrow(
    expect.objectContaining({ code: "data/map", found: expect.stringContaining(found) }),
  );
});
