import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FigureOf, KindName } from "../../shared/figureKind";
import { installLabHost, labHost } from "../../shared/labHost";
import { FIGURE_MIME, type MimeBundle } from "../../shared/mimeBundle";
import { Dataset } from "../data/dataset";
import type { Classifier, JudgedExamples } from "./judgement";
import { show } from "./show";

const host = labHost();
let shown: MimeBundle[] = [];
beforeEach(() => {
  shown = [];
  installLabHost({ ...host, display: (bundle) => void shown.push(bundle) });
});
afterEach(() => installLabHost(host));

/** The last one that was shown. */
function figure<Kind extends KindName>(kind: Kind): FigureOf<Kind> {
  expect(shown.at(-1)![FIGURE_MIME]).toMatchObject({ kind });
  return shown.at(-1)![FIGURE_MIME] as FigureOf<Kind>;
}

const classes = ["ant", "bee", "cat"];
// ant, ant, ant, bee, bee, cat: one ant is taken for a bee, surely; one for a bee, barely; the cat for an ant.
const labels = [0, 0, 0, 1, 1, 2];
const logits = [
  [9, 0, 0],
  [0, 6, 0],
  [1, 1.5, 0],
  [0, 4, 0],
  [0, 2, 0],
  [3, 0, 1],
];

function images(of: readonly number[] = labels): Dataset {
  const parts = { images: Uint8Array.from({ length: 4 * of.length }, (_, i) => i), imageShape: [2, 2, 1] };
  return Dataset.from({ ...parts, labels: of, classes });
}

function classifier<Data>(
  rows: readonly (readonly number[])[] = logits,
  phases: readonly unknown[] = [{}],
): Classifier<Data> {
  const tensor = { shape: [rows.length, classes.length], data: Float32Array.from(rows.flat()) };
  return { classes, history: { phases }, logits: () => Promise.resolve(tensor) };
}

const texts = Dataset.fromTexts({
  texts: ["An ant walks.", "It buzzes.", "x".repeat(2000), "bee", "bees", "A cat <sat>."],
  ...{ labels, classes },
});

describe("show.confusion", () => {
  it("counts, and shows the surest of each confused pair", async () => {
    await show.confusion(classifier(), images());
    const { counts, support, accuracy, confused } = figure("confusion");
    expect(counts).toEqual([
      [1, 2, 0],
      [0, 2, 0],
      [1, 0, 0],
    ]);
    expect([support, accuracy]).toEqual([[3, 2, 1], 0.5]);
    expect(confused.map(({ truth, prediction, count }) => [truth, prediction, count])).toEqual([
      [0, 1, 2],
      [2, 0, 1],
    ]);
    expect(confused[0]!.examples.map(({ index }) => index)).toEqual([1, 2]);
    expect(confused[0]!.examples[0]!.picture).toMatchObject({ kind: "image", height: 2, width: 2 });
    expect(shown[0]!["text/plain"]).toContain("Most confused: ant for bee, 2 of 3 (66.7 %)");
  });

  it.each([
    ["recall", ["cat", "ant", "bee"]],
    ["confused", ["ant", "bee", "cat"]],
  ] as const)("sorts by %s, counts with the names", async (sort, order) => {
    await show.confusion(classifier(), images(), { sort });
    const { classes: names, counts } = figure("confusion");
    expect(names).toEqual(order);
    expect(counts[names.indexOf("ant")]![names.indexOf("bee")]).toBe(2);
  });

  it("shows the classes with the most errors when there are too many", async () => {
    const many = Array.from({ length: 60 }, (_, c) => `class ${c}`);
    const right = (label: number) => many.map((_, c) => (c === (label >= 50 ? 0 : label) ? 5 : 0));
    const data = Float32Array.from(many.flatMap((_, label) => right(label)));
    const model = {
      classes: many,
      history: { phases: [{}] },
      logits: () => Promise.resolve({ shape: [60, 60], data }),
    };
    await show.confusion(model, { size: 60, classes: many, labels: many.map((_, c) => c) });
    const { classes: names, notes, accuracy } = figure("confusion");
    expect(names).toHaveLength(40);
    expect(names).toEqual(expect.arrayContaining(["class 0", "class 55"]));
    expect(notes).toEqual(["The 40 classes with the most errors; 20 are not shown."]);
    expect(accuracy).toBe(0.8333);
  });
});

describe("show.report", () => {
  it("has the numbers of the metrics", async () => {
    await show.report(classifier(), images());
    const { accuracy, interval, classes: rows, macro, calibration, notes } = figure("report");
    expect([accuracy, ...interval]).toEqual([0.5, 0.1876, 0.8124]);
    expect(rows[0]).toMatchObject({ name: "ant", precision: 0.5, recall: 0.3333, f1: 0.4, support: 3 });
    expect(rows[2]).not.toHaveProperty("precision");
    // One of the five others is more probably a cat than the cat is.
    expect(rows[2]).toMatchObject({ recall: 0, rocAuc: 0.8 });
    expect(macro.recall).toBe(0.4444);
    expect(calibration.bins.reduce((sum, { count }) => sum + count, 0)).toBe(6);
    expect(notes).toEqual(["Never predicted: cat; precision is not defined there and counts as 0."]);
  });

  it("says that ROC-AUC is not defined for one class alone", async () => {
    const bees = images([1, 1]);
    await show.report(classifier([logits[3]!, logits[4]!]), bees);
    const { classes: rows, macro, notes, kappa } = figure("report");
    expect(notes).toEqual(["All examples are of one class: ROC-AUC is not defined."]);
    expect([rows[1]!.rocAuc, macro.rocAuc, kappa]).toEqual([undefined, undefined, undefined]);
    expect(macro).toMatchObject({ precision: 1, recall: 1, f1: 1 });
    expect(shown[0]!["image/svg+xml"]).not.toContain("NaN");
    expect(JSON.stringify(shown[0])).not.toContain("NaN");
  });

  it("names classes without examples, which count in no mean", async () => {
    await show.report(classifier(logits.slice(0, 5)), images(labels.slice(0, 5)));
    expect(figure("report").notes).toEqual([
      "No example of cat: recall and ROC-AUC are not defined there, and count in no mean.",
    ]);
    expect(figure("report").macro.recall).toBe(0.6667);
  });
});

describe("show.topLosses", () => {
  it("has the largest first, with what each was taken for", async () => {
    await show.topLosses(classifier(), images(), { count: 2 });
    expect(figure("topLosses").examples).toMatchObject([
      { index: 1, labelled: "ant", predicted: "bee", probability: 0.9951, labelledProbability: 0.0025, loss: 6.0049 },
      { index: 5, labelled: "cat", predicted: "ant", loss: 2.1698 },
    ]);
  });

  it("shows the beginning of texts, and the index of what is neither", async () => {
    await show.topLosses(classifier(), texts);
    const { examples } = figure("topLosses");
    expect(examples[0]!.picture).toEqual({ kind: "text", text: "It buzzes." });
    expect(examples[2]!.picture).toMatchObject({ text: `${"x".repeat(399)}…` });
    expect(shown[0]!["image/svg+xml"]).toContain("A cat &lt;sat&gt;.");
    await show.topLosses(classifier<JudgedExamples>(), { size: 6, classes, labels });
    expect(figure("topLosses").examples[0]).not.toHaveProperty("picture");
    expect(shown[1]!["image/svg+xml"]).toContain(">example 1<");
  });

  it("tells a loss that float32 probabilities would make infinite", async () => {
    await show.topLosses(classifier([[0, 300, 0], ...logits.slice(1)]), images());
    expect(figure("topLosses").examples[0]).toMatchObject({ index: 0, loss: 300, labelledProbability: 0 });
  });
});

describe("show.examples", () => {
  it("takes equally many of each class as far as it has them, by its seed", () => {
    show.examples(images(), { count: 5, seed: 3 });
    const { examples, classes: present } = figure("examples");
    expect(examples.map(({ labelled }) => labelled)).toEqual(["ant", "ant", "bee", "bee", "cat"]);
    expect(present).toBe(3);
    show.examples(images(), { count: 5, seed: 3 });
    expect(figure("examples").examples).toEqual(examples);
    const order = Array.from({ length: 8 }, (_, seed) => {
      show.examples(images(), { count: 3, seed });
      return figure("examples")
        .examples.map(({ index }) => index)
        .join();
    });
    expect(new Set(order).size).toBeGreaterThan(3);
  });

  it("shows texts", () => {
    show.examples(texts);
    expect(figure("examples").examples[0]).toMatchObject({
      index: 0,
      picture: { kind: "text", text: "An ant walks." },
    });
  });
});

describe("show.lrFinder", () => {
  it("leaves out what is not finite", () => {
    const search = { rates: [1e-3, 1e-2, 1e-1], losses: [2, 1, Infinity], valley: 2e-3, steepest: 4e-3 };
    show.lrFinder({ ...search, suggestion: 2e-3, diverged: true });
    expect(figure("lrFinder")).toMatchObject({ rates: [1e-3, 1e-2], losses: [2, 1], valley: 2e-3 });
    expect(shown[0]!["text/plain"]).toContain("Suggested: 2.0e-3");
  });
});

describe("show.compare", () => {
  it("takes runs: what differs, the last validation accuracy, the cost", () => {
    const phase = (validationAccuracy: number) => ({
      ...{ name: "head", trainableLayers: [], frozenLayers: [], steps: [], status: "finished" as const },
      ...{ notes: [], seconds: 1, epochs: [{ epoch: 1, step: 1, trainLoss: 1, trainAccuracy: 1, validationAccuracy }] },
    });
    const run = (epochs: number, accuracy: number) => ({
      ...{ name: "run", strategy: "fineTune", options: { epochs }, history: { phases: [phase(accuracy)] }, seconds: 4 },
    });
    show.compare([run(3, 0.8), run(9, 0.9)]);
    const text = shown[0]!["text/plain"] as string;
    expect(text).toContain("Strategy            Accuracy  95 % interval  Seconds  Seeds");
    expect(text).toContain("fineTune, epochs 9  90.0 %    –              4.0      1");
    expect(shown[0]!["image/svg+xml"]).toContain("Validation accuracy");
    expect(shown[0]!["image/svg+xml"]).not.toContain("labelled examples");
  });
});

describe("bad input", () => {
  const other = Dataset.from({ images: new Uint8Array(4), imageShape: [2, 2, 1], labels: [0], classes: ["dog"] });
  const nothing = images([]);
  const diverged = classifier([[NaN, 0, 0], ...logits.slice(1)]);
  const search = { suggestion: 1, valley: 1, steepest: 1, rates: [1, 2], losses: [NaN, 1], diverged: false };
  it.each<readonly [string, () => unknown]>([
    ["show/untrained", () => show.confusion(classifier(logits, []), images())],
    ["train/classes", () => show.report(classifier(), other)],
    ["show/empty", () => show.topLosses(classifier(), nothing)],
    ["show/empty", () => show.examples(nothing)],
    ["metrics/not-finite", () => show.report(diverged, images())],
    ["show/sort", () => show.confusion(classifier(), images(), { sort: "size" as never })],
    ["show/count", () => show.topLosses(classifier(), images(), { count: 0 })],
    ["show/count", () => show.examples(images(), { count: 1.5 })],
    ["show/not-a-model", () => show.layers({})],
    ["show/no-search", () => show.lrFinder(search)],
    ["show/no-search", () => show.lrFinder({} as never)],
    ["show/nothing-to-compare", () => show.compare([])],
  ])("is refused: %s", async (code, call) => {
    await expect(Promise.resolve().then(call)).rejects.toMatchObject({ code });
    expect(shown).toEqual([]);
  });
});
