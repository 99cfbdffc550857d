import { describe, expect, test } from "vitest";
import type { CheckpointDescription, LayerDescription, NamedDataset, NamedModel } from "../../shared/sessionState";
import { dataNodes } from "./dataNodes";
import { fineTuneFromCell, layerEmbeddingCell } from "./itemCells";
import { blocksOf, modelNodes } from "./modelNodes";
import { runNodes } from "./runNodes";

const layer = (name: string, frozen = true): LayerDescription => ({
  name,
  type: "Conv2D",
  parameters: 1_000,
  frozen,
  outputShape: [7, 7, 64],
});
const model: NamedModel = {
  kind: "model",
  name: "model",
  id: "m",
  backbone: "mobilenet-v2",
  classes: ["cat", "dog"],
  inputShape: [224, 224, 3],
  stepSeconds: [],
  layers: [layer("block_1_expand"), layer("block_1_project"), layer("block_12_expand"), layer("head", false)],
  trainings: [
    { name: "head", status: "finished", epochs: 0, seconds: 0.21, trainAccuracy: 1 },
    {
      name: "last 3 layers",
      status: "interrupted",
      epochs: 7,
      seconds: 12.4,
      trainAccuracy: 0.98,
      validationAccuracy: 0.912,
    },
  ],
};
const dataset = (name: string, id: string): NamedDataset => ({
  kind: "dataset",
  name,
  id,
  size: 4,
  classes: ["cat", "dog"],
  classCounts: [3, 1],
  itemShape: [28, 28, 1],
});
const state = {
  engine: { training: "onnxruntime 1", tensors: "wasm", native: false },
  models: [model],
  datasets: [dataset("digits.train", "a"), dataset("digits.test", "b")],
  backbones: [],
  featureCache: { bytes: 0, spaces: 0 },
};

describe("the Model view", () => {
  test("layers in a row with one beginning are a block; a longer number is another one", () => {
    expect(blocksOf(model.layers).map(({ name, layers }) => [name, layers.length])).toEqual([
      ["block_1", 2],
      ["block_12", 1],
      ["head", 1],
    ]);
  });

  test("says of each layer what it is, what it puts out, and whether it trains", () => {
    const [root] = modelNodes([model]);
    expect(root).toMatchObject({ label: "model", description: "mobilenet-v2 · 2 classes" });
    expect(root?.tooltip).toBe("1,000 of 4,000 parameters train");
    expect(root?.children?.[0]).toMatchObject({
      label: "block_1",
      icon: "lock",
      description: "2 layers · 2,000 parameters",
    });
    expect(root?.children?.at(-1)).toMatchObject({
      description: "Conv2D · 7 × 7 × 64 · 1,000 · trains",
      icon: "flame",
      subject: { kind: "layer", model: "model", layer: "head" },
    });
  });
});

describe("the Data view", () => {
  test("shows the balance of the classes, the rarest by name", () => {
    const [root] = dataNodes([dataset("train", "a")]);
    expect(root?.description).toBe("4 of 28 × 28 × 1 · 2 classes");
    expect(root?.tooltip).toBe("From 1 examples (dog) to 3 a class");
    expect(root?.children?.map(({ description }) => description)).toEqual(["████████████ 3", "████ 1"]);
  });

  test("a thousand classes are cut, and that is said", () => {
    const classes = Array.from({ length: 1_000 }, (_, index) => `class ${index}`);
    const [root] = dataNodes([{ ...dataset("many", "a"), classes, classCounts: classes.map(() => 1) }]);
    expect(root?.children).toHaveLength(101);
    expect(root?.children?.at(-1)?.label).toBe("and 900 classes more");
  });
});

describe("the Runs view", () => {
  const checkpoint: CheckpointDescription = {
    file: "/saved/model.graftckpt",
    variable: "model",
    backbone: "mobilenet-v2",
    reached: "last 3 layers, epoch 7 of 20",
    savedAt: "2026-01-01T10:00:00Z",
  };

  test("lists trainings with what they reached", () => {
    const [root] = runNodes([model], [], String);
    expect(root?.children?.map(({ description }) => description)).toEqual([
      "100.0 % train · 0.2 s",
      "91.2 % validation · 98.0 % train · 7 epochs · 12 s",
    ]);
    expect(root?.children?.[1]?.icon).toBe("debug-pause");
  });

  test("checkpoints stand below, open where there is no model to look at", () => {
    const [only] = runNodes([], [checkpoint], () => "10:00");
    expect(only).toMatchObject({ label: "Checkpoints", expanded: true });
    expect(only?.children?.[0]).toMatchObject({
      description: "last 3 layers, epoch 7 of 20 · 10:00",
      subject: { kind: "checkpoint", file: checkpoint.file },
    });
    expect(runNodes([model], [checkpoint], String).at(-1)?.expanded).toBe(false);
  });
});

describe("cells that the views write", () => {
  test("fine-tune from a layer on the training set, and test on the other", () => {
    expect(fineTuneFromCell(state, "model", "block_12_expand")).toBe(
      [
        "// Everything before block_12_expand stays frozen.",
        'await model.fineTune(digits.train, { fromLayer: "block_12_expand" });',
        "await model.evaluate(digits.test)",
      ].join("\n"),
    );
    expect(fineTuneFromCell({ ...state, datasets: [] }, "model", "head")).toBeUndefined();
  });

  test("map a layer's features of the test set", () => {
    expect(layerEmbeddingCell(state, "model", "head")).toContain(
      'show.embedding(model, digits.test, { method: "tsne", layer: "head" })',
    );
  });
});
