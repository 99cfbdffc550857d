import { describe, expect, it } from "vitest";
import { box, enclosed, nearest } from "./enclosed";

/** `[x, y, w]` of each. */
const placed = (...places: readonly (readonly [number, number])[]) =>
  Float32Array.from(places.flatMap(([x, y]) => [x, y, 1]));
const all = () => true;

describe("enclosed", () => {
  it("knows the inside of an outline that is not convex", () => {
    const horseshoe = [
      [0, 0],
      [30, 0],
      [30, 30],
      [20, 30],
      [20, 10],
      [10, 10],
      [10, 30],
      [0, 30],
    ] as const;
    const places = placed([5, 20], [15, 20], [25, 20], [15, 5], [40, 5]);
    expect(Array.from(enclosed(places, horseshoe, all))).toEqual([0, 2, 3]);
  });

  it("leaves out what is hidden, and what lies behind the eye", () => {
    const places = placed([5, 5], [6, 6], [7, 7]);
    places[8] = -1;
    expect(Array.from(enclosed(places, box([9, 9], [0, 0]), (row) => row !== 0))).toEqual([1]);
  });
});

describe("nearest", () => {
  it("is the seen point that is next to a place, within reach", () => {
    const places = placed([10, 10], [14, 10], [11, 10]);
    expect(nearest(places, [12, 10], 5, all)).toBe(2);
    expect(nearest(places, [12, 10], 5, (row) => row !== 2)).toBe(1);
    expect(nearest(places, [50, 50], 5, all)).toBeUndefined();
  });
});
