import { describe, expect, it, vi } from "vitest";
import { backboneNamed, datasetNamed, modelNamed, session } from "../testing/session";
import { play } from "../testing/answers";
import { cellCommands } from "../cellCommands";
import { chooseData } from "./newNotebook";
import { notebookCells } from "../plans/dataCells";

vi.mock("vscode", async () => (await import("../testing/answers")).words);

const { dialogue: loadBackbone } = cellCommands.loadBackbone;

/** The cell without its import. */
function code(result: unknown): string {
  return String(result).replace(/^import .*\n\n/, "");
}

describe("Enter at every question", () => {
  const cells: readonly (readonly [keyof typeof cellCommands, string])[] = [
    ["loadBackbone", 'const backbone2 = await backbones.load("fashion-cnn");\nbackbone2'],
    [
      "attachHead",
      "const model2 = graft(backbone, { classes: digits.train.classes, seed: 1 });\nconsole.log(model2.summary());",
    ],
    ["trainHead", 'await model.trainHead(train, { method: "linear" });\nawait model.evaluate(test)'],
    [
      "fineTuneLastLayers",
      "// Last layers: conv2, bn2, head; everything before stays frozen.\nawait model.fineTune(train, { lastLayers: 3, learningRate: 1e-3, epochs: 20 });\nawait model.evaluate(test)",
    ],
    [
      "fineTuneWholeNetwork",
      "// The whole network: small steps and few epochs, so that what it has learnt before is not lost.\nawait model.fineTune(train, { all: true, learningRate: 1e-4, epochs: 5 });\nawait model.evaluate(test)",
    ],
    [
      "findLearningRate",
      "// Tries rates from very small to too large for a hundred steps; the model stays as it is.\nconst search = await model.findLearningRate(train, { lastLayers: 3 });\nshow.lrFinder(search);",
    ],
    [
      "showEmbedding",
      'const plot = await show.embedding(model, digits.test, { method: "tsne", maximumExamples: 5000 });',
    ],
    ["showCurves", "show.curves(model);"],
    ["showConfusion", "await show.confusion(model, digits.test);"],
    ["saveCheckpoint", 'await model.save("model.graft")'],
    ["exportModel", 'await model.exportTo("onnx", "model.onnx")'],
    ["clearFeatureCache", "await features.clear()"],
  ];

  it.each(cells)("%s writes a cell that a person would write", (name, cell) => {
    expect(code(play(cellCommands[name].dialogue(session)).result)).toBe(cell);
  });

  it("compareStrategies draws from the pool that has a test set beside it", () => {
    const text = code(play(cellCommands.compareStrategies.dialogue(session)).result);
    expect(text).toContain("dataset: { train: digits.train, test: digits.test }");
    expect(text).toContain("labels: [10, 50],\n  seeds: 3,");
  });

  it("asks at most four questions", () => {
    for (const { dialogue } of Object.values(cellCommands)) {
      expect(play(dialogue(session)).questions.length).toBeLessThanOrEqual(4);
    }
  });
});

describe("other answers", () => {
  it("load from files, folders and addresses", () => {
    const load = (answers: Record<string, string>): string => code(play(loadBackbone(session), answers).result);
    expect(load({ "Load which": "A file…", "from a file": "net.onnx" })).toContain('load("./net.onnx")');
    expect(load({ "Load which": "A file…", "from a file": "/data/net.h5" })).toContain('load("/data/net.h5")');
    expect(load({ "Load which": "A folder…", "from a folder": "net" })).toContain('load("./net")');
    const npm = "npm:nsfwjs/dist/models/mobilenet_v2";
    expect(load({ "Load which": "An address…", "Address of": npm })).toContain(`load("${npm}")`);
    expect(() => load({ "Load which": "An address…", "Address of": "my net" })).toThrow("begins with https://");
  });

  it("resize data that is not as the backbone takes it, and train on that afterwards", () => {
    const state = { ...session, models: [], backbones: [backboneNamed("big", { inputShape: [224, 224, 3] })] };
    const { result } = play(cellCommands.attachHead.dialogue(state), { "Which head": "MLP" });
    expect(code(result).split("\n")).toEqual([
      "// As big takes images.",
      "const trainResized = digits.train.resize({ height: 224, width: 224, channels: 3 });",
      "const testResized = digits.test.resize({ height: 224, width: 224, channels: 3 });",
      'const model = graft(big, { classes: digits.train.classes, head: "mlp", seed: 1 });',
      "console.log(model.summary());",
    ]);
    const large = { itemShape: [224, 224, 3] };
    const next = {
      ...session,
      models: [modelNamed("model", { inputShape: [224, 224, 3], trainedOn: "nothing" })],
      datasets: [...session.datasets, datasetNamed("trainResized", large), datasetNamed("testResized", large)],
    };
    expect(play(cellCommands.trainHead.dialogue(next)).result).toContain(
      'trainHead(trainResized, { method: "linear" });\nawait model.evaluate(testResized)',
    );
  });

  it("keep a part of the only dataset for a comparison, and ask for no more labels than there are", () => {
    const state = { ...session, datasets: [datasetNamed("mine", { size: 40 })] };
    const text = code(play(cellCommands.compareStrategies.dialogue(state)).result);
    expect(text).toContain("const parts = mine.split({ validation: 0, test: 0.2, seed: 1 });");
    expect(text).toContain("labels: [10],");
  });

  it("say what an epoch costs where it was measured, and bounds elsewhere", () => {
    const stepSeconds = [{ lastLayers: 3, seconds: 0.1, batchSize: 32 }];
    const state = { ...session, models: [modelNamed("model", { stepSeconds })] };
    const [question] = play(cellCommands.fineTuneLastLayers.dialogue(state)).questions;
    const described = question?.kind === "pick" ? question.choices.map(({ description = "" }) => description) : [];
    expect(described.map((text) => text.split(" · ").at(-1))).toEqual([
      "less than 0.2 s an epoch",
      "less than 0.2 s an epoch",
      "about 0.2 s an epoch, as measured",
      "more than 0.2 s an epoch",
    ]);
  });

  it("tell what to do when no dataset has the model's classes", () => {
    const state = { ...session, datasets: [datasetNamed("pets", { classes: ["cat", "dog"] })] };
    for (const name of ["trainHead", "fineTuneLastLayers", "fineTuneWholeNetwork", "showEmbedding"] as const) {
      expect(play(cellCommands[name].dialogue(state)).result).toMatchObject({ remedies: ["runAll", "openTutorial"] });
    }
  });

  it("ask before the cache is cleared, with its size; an empty one needs no clearing", () => {
    const { questions } = play(cellCommands.clearFeatureCache.dialogue(session));
    expect(questions).toMatchObject([{ kind: "confirm", message: "Clear the feature cache of 46.9 MB?" }]);
    const empty = { ...session, featureCache: { bytes: 0, spaces: 0 } };
    expect(play(cellCommands.clearFeatureCache.dialogue(empty)).result).toMatchObject({ remedies: [] });
  });

  it("a new notebook reads idx files of one's own", () => {
    const { result } = play(chooseData(), {
      "which data": "Your own idx files…",
      "has the images": "/data/x.idx",
      "has their labels": "/data/y.idx",
      Names: "cat, dog",
    });
    const [first] = notebookCells(result);
    expect(first).toContain('datasets.idx("/data/x.idx", "/data/y.idx", {\n  classes: ["cat", "dog"],\n});');
    expect(() => play(chooseData(), { "which data": "Your own idx files…", Names: "cat, cat" })).toThrow("twice");
    expect(notebookCells(play(chooseData()).result)[0]).toContain("datasets.mnist()");
  });

  it("a new notebook begins with images, arrays or texts of one's own", () => {
    const begin = (answers: Record<string, string>): string =>
      notebookCells(play(chooseData(), answers).result).slice(0, 2).join("\n");
    const folder = begin({ "which data": "A folder of your images…", "Which folder": "/data/flowers" });
    expect(folder).toContain(
      'datasets.imageFolder("/data/flowers", { size: 224 });\nconst { train, test } = all.split(',
    );
    expect(folder).toContain('backbones.load("mobilenet-v2")');
    const npz = { "which data": "Your own npz file…", "Which npz": "/data/derma.npz", Names: "cat, dog" };
    expect(begin(npz)).toContain(
      'const train = (await datasets.npz("/data/derma.npz", { split: "train", classes })).resize(',
    );
    expect(begin({ ...npz, "Which arrays": "One of images, one of labels" })).toContain(
      'const all = (await datasets.npz("/data/derma.npz", { classes })).resize(',
    );
    const texts = { "which data": "A table of your texts…", "Column of the classes": "v1" };
    expect(begin({ ...texts, "Which table": "/data/sms.csv" })).toContain(
      'datasets.csv("/data/sms.csv", { text: "text", label: "v1" })',
    );
    expect(begin({ ...texts, "Which table": "/data/sms.jsonl" })).toContain('datasets.jsonl("/data/sms.jsonl", {');
    expect(() => begin({ ...texts, "Column of the texts": " " })).toThrow("name of a column");
  });

  it("curves of several models are drawn over the same steps, by their names", () => {
    const models = [modelNamed("model"), modelNamed("zoo.best"), modelNamed("alias", { id: "model" })];
    const { dialogue } = cellCommands.showCurves;
    const { questions, result } = play(dialogue({ ...session, models }), { "which models": "alias, zoo.best" });
    expect(questions).toMatchObject([{ kind: "pickMany", choices: [{ label: "alias" }, { label: "zoo.best" }] }]);
    expect(code(result)).toBe('show.curves({ alias, "zoo.best": zoo.best });');
    expect(code(play(dialogue({ ...session, models })).result)).toBe("show.curves(alias);");
  });
});
