import { describe, expect, it } from "vitest";
import type { NamedDataset, NamedModel } from "../../../shared/sessionState";
import {
  fineTuneCell,
  layerChoices,
  rateText,
  suggestedLastLayers,
  testDataset,
  trainingChoices,
} from "./fineTunePlan";

const layer = (name: string, type: string, parameters: number) => ({
  name,
  type,
  parameters,
  frozen: false,
  outputShape: [1],
});
const model: NamedModel = {
  kind: "model",
  id: "m1",
  name: "model",
  backbone: "fashion-cnn",
  classes: ["0", "1"],
  layers: [
    layer("conv1", "Conv2D", 320),
    layer("bn1", "BatchNormalization", 128),
    layer("conv2", "Conv2D", 18_496),
    layer("bn2", "BatchNormalization", 256),
    layer("head", "Dense", 1290),
  ],
  trainedOn: "d2",
  trainings: [],
  inputShape: [28, 28, 1],
  stepSeconds: [],
};
const dataset = (name: string, id: string, classes = ["0", "1"]): NamedDataset => ({
  kind: "dataset",
  name,
  id,
  size: 50,
  classes,
  classCounts: classes.map(() => 25),
  itemKind: "image",
  itemShape: [28, 28, 1],
});

describe("layerChoices", () => {
  it("counts from the head backwards, with names and parameters", () => {
    expect(layerChoices(model)[2]).toEqual({
      lastLayers: 3,
      names: "conv2, bn2, head",
      trainedParameters: 20_042,
      parameters: 20_490,
    });
    expect(layerChoices(model)[0]).toMatchObject({ lastLayers: 1, names: "head" });
  });

  it("shortens long lists, keeping the cut and the head", () => {
    const layers = Array.from({ length: 9 }, (_, index) => layer(`l${index}`, "Dense", 1));
    expect(layerChoices({ ...model, layers }).at(-1)?.names).toBe("l0, … 4 more …, l5, l6, l7, l8");
  });
});

describe("suggestedLastLayers", () => {
  it("reaches the backbone's last layer that is not batch norm", () => {
    expect(suggestedLastLayers(model)).toBe(3);
    expect(suggestedLastLayers({ ...model, layers: model.layers.slice(-1) })).toBe(1);
  });
});

describe("datasets", () => {
  const datasets = [dataset("digits.test", "d1"), dataset("scarce", "d2"), dataset("other", "d3", ["a"])];

  it("puts the one that the model was trained on first and leaves out other classes", () => {
    expect(trainingChoices(model, datasets).map(({ name }) => name)).toEqual(["scarce", "digits.test"]);
  });

  it("puts images of another size last", () => {
    const large = { ...dataset("large", "d4"), itemShape: [224, 224, 3] };
    expect(trainingChoices(model, [large, ...datasets]).map(({ name }) => name)).toEqual([
      "scarce",
      "digits.test",
      "large",
    ]);
  });

  it("finds the test set by its name, never the training set itself", () => {
    expect(testDataset(model, datasets, datasets[1]!)?.name).toBe("digits.test");
    expect(testDataset(model, datasets, datasets[0]!)).toBeUndefined();
  });
});

describe("fineTuneCell", () => {
  const plan = { model: "model", train: "scarce", choice: layerChoices(model)[1]!, learningRate: 1e-3, epochs: 20 };

  it("is code that a person would write", () => {
    expect(fineTuneCell({ ...plan, test: "digits.test" })).toBe(
      [
        "// Last layers: bn2, head; everything before stays frozen.",
        "await model.fineTune(scarce, { lastLayers: 2, learningRate: 1e-3, epochs: 20 });",
        "await model.evaluate(digits.test)",
      ].join("\n"),
    );
  });

  it("leaves the evaluation out when no test set is known", () => {
    expect(fineTuneCell({ ...plan, test: undefined })).not.toContain("evaluate");
  });
});

describe("rateText", () => {
  it("writes small rates with an exponent", () => {
    expect([1e-3, 1.5e-4, 0.05].map(rateText)).toEqual(["1e-3", "1.5e-4", "0.05"]);
  });
});
