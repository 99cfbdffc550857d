import { describe, expect, test, vi } from "vitest";
import type {
  CheckpointDescription,
  LayerDescription,
  NamedDataset,
  NamedModel,
  RunDescription,
} from "../../shared/sessionState";
import { dataNodes } from "./dataNodes";
import { compareRunsCell, deleteRunsCell, fineTuneFromCell, layerEmbeddingCell, runCurvesCell } from "./itemCells";
import { blocksOf, modelNodes } from "./modelNodes";
import { runNodes } from "./runNodes";

vi.mock("vscode", async () => (await import("../commands/testing/answers")).words);

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
  trainings: [],
};
const dataset = (name: string, id: string): NamedDataset => ({
  kind: "dataset",
  name,
  id,
  size: 4,
  classes: ["cat", "dog"],
  classCounts: [3, 1],
  itemKind: "image",
  itemShape: [28, 28, 1],
});
const state = {
  engine: { training: "onnxruntime 1", tensors: "wasm", native: false },
  models: [model],
  datasets: [dataset("digits.train", "a"), dataset("digits.test", "b")],
  backbones: [],
  featureCache: { bytes: 46_940_000, spaces: 2, limitBytes: 8.6e9 },
  runs: [],
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
      description: "frozen · 2 layers · 2,000 parameters",
    });
    expect(root?.children?.at(-1)).toMatchObject({
      description: "trains · Conv2D · 7 × 7 × 64 · 1,000",
      icon: "flame",
      subject: { kind: "layer", model: "model", layer: "head" },
    });
  });

  test("after a fine-tuning it says with which rate each layer and block was trained", () => {
    const trained = [
      { ...layer("block_1_expand", false), learningRate: 1e-3 / 2.6 },
      { ...layer("block_1_project", false), learningRate: 1e-3 },
      { ...layer("head", false), learningRate: 1e-3 },
    ];
    const [block, head] = modelNodes([{ ...model, layers: trained }])[0]?.children ?? [];
    expect(block?.description).toBe("trained at 3.8e-4 to 1e-3 · 2 layers · 2,000 parameters");
    expect(block?.children?.[0]?.description).toContain("trained at 3.8e-4 · Conv2D");
    expect(head?.description).toBe("trained at 1e-3 · Conv2D · 7 × 7 × 64 · 1,000");
  });
});

describe("the Data view", () => {
  test("shows the balance of the classes, the rarest by name", () => {
    const [root] = dataNodes({ ...state, datasets: [dataset("train", "a")] });
    expect(root?.description).toBe("4 of 28 × 28 × 1 · 2 classes");
    expect(root?.tooltip).toBe("From 1 examples (dog) to 3 a class");
    expect(root?.children?.map(({ description }) => description)).toEqual(["████████████ 3", "████ 1"]);
  });

  test("texts have no size", () => {
    const mails = { ...dataset("mails", "a"), itemKind: "text", itemShape: [] } as const;
    expect(dataNodes({ ...state, datasets: [mails] })[0]?.description).toBe("4 texts · 2 classes");
  });

  test("a thousand classes are cut, and that is said", () => {
    const classes = Array.from({ length: 1_000 }, (_, index) => `class ${index}`);
    const many = { ...dataset("many", "a"), classes, classCounts: classes.map(() => 1) };
    const [root] = dataNodes({ ...state, datasets: [many] });
    expect(root?.children).toHaveLength(101);
    expect(root?.children?.at(-1)?.label).toBe("and 900 classes more");
  });

  test("says how much room kept features take, and offers to clear what there is", () => {
    const cache = (featureCache: typeof state.featureCache) => dataNodes({ ...state, featureCache }).at(-1);
    expect(cache(state.featureCache)).toMatchObject({
      ...{ label: "Feature cache", description: "46.9 MB of 8.6 GB · 2 sets of features" },
      subject: { kind: "featureCache" },
    });
    expect(cache({ ...state.featureCache, bytes: 0 })).toMatchObject({ description: "empty" });
    expect(cache({ ...state.featureCache, bytes: 0 })).not.toHaveProperty("subject");
    expect(dataNodes({ ...state, datasets: [] })).toEqual([]);
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

  const begun: RunDescription = {
    ...{ id: "20260101-100000000-0001", name: "model: last 3 layers", model: "model", backbone: "mobilenet-v2" },
    ...{ strategy: "fineTune", status: "finished", startedAt: "2026-01-01T10:00:00Z", seconds: 12.4 },
    phases: [],
  };
  const run: RunDescription = {
    ...begun,
    phases: [{ name: "last 3 layers", status: "finished", epochs: 7, seconds: 12.4 }],
    final: { phase: "last 3 layers", epoch: 7, trainLoss: 0.1, trainAccuracy: 0.98, validationAccuracy: 0.912 },
    best: { phase: "last 3 layers", epoch: 5, trainLoss: 0.2, validationLoss: 0.31234, validationAccuracy: 0.92 },
  };

  test("lists runs with what they reached", () => {
    const [only] = runNodes([run], [], () => "10:00");
    expect(only).toMatchObject({
      ...{ label: "model: last 3 layers", icon: "pass" },
      description: "91.2 % validation · best 92.0 % · 98.0 % train · 7 epochs · 12 s · 10:00",
      subject: { kind: "run", id: run.id, hasCurves: true, validated: true },
    });
    expect(only?.tooltip).toContain("Lowest loss 0.3123 in epoch 5 of last 3 layers");
    expect(only).not.toHaveProperty("children");
  });

  test("a run of several stages has a line for each; one with a checkpoint can be restored", () => {
    const [head] = [{ name: "head", status: "finished", epochs: 0, seconds: 0.21, trainAccuracy: 1 }] as const;
    const staged = { ...begun, phases: [head, ...run.phases], checkpoint: "/saved/model.safetensors" };
    const [only] = runNodes([staged], [], String);
    expect(only?.children?.map(({ label, description }) => [label, description])).toEqual([
      ["head", "100.0 % train · 0.2 s"],
      ["last 3 layers", "7 epochs · 12 s"],
    ]);
    expect(only?.subject).toMatchObject({ kind: "restorableRun", validated: false });
  });

  test("says what trains now, and whose kernel ended", () => {
    const nodes = runNodes(
      [
        { ...begun, status: "running" },
        { ...begun, status: "interrupted" },
      ],
      [],
      () => "10:00",
    );
    expect(nodes.map(({ description, icon }) => [description, icon])).toEqual([
      ["training · 10:00", "loading~spin"],
      ["the kernel ended · 10:00", "debug-pause"],
    ]);
    expect(nodes[0]?.subject).toMatchObject({ hasCurves: false });
  });

  test("checkpoints stand below, open where there is no run to look at", () => {
    const [only] = runNodes([], [checkpoint], () => "10:00");
    expect(only).toMatchObject({ label: "Checkpoints", expanded: true });
    expect(only?.children?.[0]).toMatchObject({
      description: "last 3 layers, epoch 7 of 20 · 10:00",
      subject: { kind: "checkpoint", file: checkpoint.file },
    });
    expect(runNodes([run], [checkpoint], String).at(-1)?.expanded).toBe(false);
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

  test("runs are named by their ids, the oldest first", () => {
    expect(runCurvesCell(["a"])).toBe('import { runs, show } from "graft";\n\nshow.curves(runs.get("a"));');
    expect(runCurvesCell(["b", "a"])).toContain('show.curves([\n  runs.get("a"),\n  runs.get("b"),\n]);');
    expect(compareRunsCell(["b", "a"])).toContain('show.compare([\n  runs.get("a"),\n  runs.get("b"),\n]);');
    expect(deleteRunsCell(["a", "b"])).toBe('import { runs } from "graft";\n\nruns.delete("a");\nruns.delete("b");');
  });
});
