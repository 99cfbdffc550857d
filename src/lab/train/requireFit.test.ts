import { expect, test } from "vitest";
import { Dataset } from "../data/dataset";
import { requireExamples, requireSeveralClasses } from "./requireFit";

const pixels = (labels: readonly number[]): Dataset =>
  Dataset.from({ images: new Uint8Array(labels.length), imageShape: [1, 1, 1], labels, classes: ["cat", "dog"] });

test("an empty split is told by its role", () => {
  expect(() => requireExamples(pixels([]), "validation")).toThrow(
    /validation data with at least one example, but found none/,
  );
  expect(() => requireExamples(pixels([0]), "validation")).not.toThrow();
});

test("examples of one class alone are told by its name", () => {
  expect(() => requireSeveralClasses(pixels([1, 1, 1]))).toThrow(/at least two classes, but found 3 of "dog" alone/);
  expect(() => requireSeveralClasses(pixels([1, 0, 1]))).not.toThrow();
});
