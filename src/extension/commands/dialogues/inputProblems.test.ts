import { expect, it, vi } from "vitest";
import { addressProblem, classNamesProblem, epochsProblem, learningRateProblem } from "./inputProblems";

vi.mock("vscode", async () => (await import("../testing/answers")).words);

it.each(["1e-3", "0.05", "1"])("takes %s as a learning rate", (text) => {
  expect(learningRateProblem(text)).toBeUndefined();
});

it.each(["", "  ", "0", "-1", "2", "fast", "Infinity"])("refuses %s as a learning rate", (text) => {
  expect(learningRateProblem(text)).toContain("at most 1");
});

it.each(["", "0", "2.5", "-3", "many", "10001"])("refuses %s as a number of epochs", (text) => {
  expect(epochsProblem(text)).toContain("whole number");
});

it("takes what will do", () => {
  expect(epochsProblem("20")).toBeUndefined();
  expect(classNamesProblem("cat, dog")).toBeUndefined();
  expect(addressProblem("https://example.org/model.json")).toBeUndefined();
  expect(addressProblem("npm:nsfwjs/dist")).toBeUndefined();
});

it("says what is wrong with names and addresses", () => {
  expect(classNamesProblem("cat")).toContain("at least two");
  expect(classNamesProblem("cat, dog, cat")).toContain('"cat" twice');
  expect(addressProblem("example.org")).toContain("https://");
});
