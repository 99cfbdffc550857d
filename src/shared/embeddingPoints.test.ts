import { describe, expect, it } from "vitest";
import {
  drawnElsewhere,
  elsewhereNote,
  framePoints,
  framePredictions,
  packedPoints,
  packedPredictions,
} from "./embeddingPoints";
import { exampleEmbedding } from "./exampleEmbedding";
import { pack, unpack } from "./packed";

describe("packed numbers", () => {
  it("survive, whatever they are", () => {
    const bytes = Uint8Array.from({ length: 70_001 }, (_, i) => (i * 7) % 256);
    expect(unpack(pack(bytes), Uint8Array)).toEqual(bytes);
    expect(unpack(pack(Int16Array.of(-32_768, -1, 0, 32_767)), Int16Array)).toEqual(
      Int16Array.of(-32_768, -1, 0, 32_767),
    );
    expect(pack(new Uint8Array())).toBe("");
  });
});

describe("a frame's points", () => {
  it.each([2, 3])("come back within a 65,000th of the map's longest side in %d dimensions", (dims) => {
    const map = Float32Array.from({ length: 300 }, (_, i) => 1000 * (i % dims) + 50 * Math.sin(i));
    const frame = { name: "", ...packedPoints(map, dims) };
    framePoints(frame).forEach((value, i) => expect(Math.abs(value - map[i]!)).toBeLessThan(100 / 65_000));
  });

  it("may all be one", () => {
    const frame = { name: "", ...packedPoints(Float32Array.of(3, 4, 3, 4), 2) };
    expect(Array.from(framePoints(frame))).toEqual([3, 4, 3, 4]);
  });
});

it("a model's words come back as finely as they are looked at", () => {
  const said = {
    classes: Uint16Array.of(1, 300),
    confidence: Float32Array.of(0.25, 1),
    loss: Float32Array.of(0.001, 7),
  };
  const { classes, confidence, loss } = framePredictions({
    ...{ name: "", points: "", origin: [], unit: 1 },
    predictions: packedPredictions(said),
  })!;
  expect(classes).toEqual(said.classes);
  confidence.forEach((value, i) => expect(value).toBeCloseTo(said.confidence[i]!, 2));
  loss.forEach((value, i) => expect(Math.abs(value - said.loss[i]!)).toBeLessThan(7 / 60_000));
});

it("of many points an even part is drawn where each is written out", () => {
  expect(elsewhereNote(5000)).toBeUndefined();
  expect(elsewhereNote(100_000)).toBe("5,000 of 100,000 points are drawn here; VS Code draws all.");
  const drawn = drawnElsewhere(100_000);
  expect([drawn.length, drawn[1]! - drawn[0]!, drawn.at(-1)]).toEqual([5000, 20, 99_980]);
});

it("100,000 points are 0.8 MB, with all that a model says 1.5 MB", () => {
  const bytes = (rich: boolean) => JSON.stringify(exampleEmbedding(100_000, { rich })).length;
  expect(bytes(false)).toBeLessThan(810_000);
  expect(bytes(true)).toBeLessThan(1_610_000);
});
