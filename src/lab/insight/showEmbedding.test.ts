import { beforeEach, describe, expect, it, vi } from "vitest";
import { framePoints, framePredictions, pointIndices, pointLabels } from "../../shared/embeddingPoints";
import type { EmbeddingFigure } from "../../shared/figures/embeddingFigure";
import { InterruptedError } from "../../shared/graftError";
import { type DisplayOptions, installLabHost, labHost, type ProgressUpdate } from "../../shared/labHost";
import { FIGURE_MIME, type MimeBundle, PLOTLY_MIME } from "../../shared/mimeBundle";
import { unpack } from "../../shared/packed";
import { Rng } from "../../shared/rng";
import { type Selectable, selectExamples } from "../../shared/selectable";
import { type FeatureSource, type LabelledExamples, watchEpochs } from "./embeddingSource";
import { showEmbedding } from "./showEmbedding";

class Examples implements LabelledExamples<Examples> {
  readonly classes = ["a", "b", "c"];
  readonly indices: readonly number[];

  constructor(indices: readonly number[]) {
    this.indices = indices;
  }

  get size(): number {
    return this.indices.length;
  }

  get labels(): number[] {
    return this.indices.map((index) => index % 3);
  }

  select(places: ArrayLike<number>): Examples {
    return new Examples(Array.from(places, (place) => this.indices[place]!));
  }
}

class Pictured extends Examples {
  readonly imageShape = [4, 4, 1];
  image(index: number): Uint8Array {
    return new Uint8Array(16).fill(this.indices[index]! % 256);
  }
  override select(places: ArrayLike<number>): Pictured {
    return new Pictured(super.select(places).indices);
  }
}

class Written extends Examples {
  text(index: number): string {
    return `text of ${this.indices[index]!} `.repeat(40);
  }
}

const examples = (size: number) => new Examples(Array.from({ length: size }, (_, i) => i));

/** Three Gaussians in eight dimensions, the same for each example whichever subset it comes in. */
const model: FeatureSource<Examples> = {
  features: ({ indices, size }, options) => {
    const data = new Float32Array(size * 8);
    indices.forEach((index, row) => {
      const rng = new Rng(index);
      for (let j = 0; j < 8; j++) data[row * 8 + j] = rng.normal() + (j === index % 3 ? 8 : 0);
    });
    return Promise.resolve({ layer: options?.layer ?? "pool4", features: { shape: [size, 8], data } });
  },
};
/** Always right but for every tenth example, of which it says the next class. */
const classifier: FeatureSource<Examples> = {
  ...model,
  logits: ({ indices, size }) => {
    const data = new Float32Array(size * 3);
    indices.forEach((index, row) => (data[row * 3 + ((index + (index % 10 === 0 ? 1 : 0)) % 3)] = 4));
    return Promise.resolve({ shape: [size, 3], data });
  },
};

let shown: { figure: EmbeddingFigure; bundle: MimeBundle; options: DisplayOptions | undefined }[] = [];
let progress: ProgressUpdate[] = [];
let targets = new Map<string, Selectable>();
let interrupt: (error: Error) => void = () => undefined;
const interruptFlag = new Int32Array(new SharedArrayBuffer(4));

beforeEach(() => {
  shown = [];
  progress = [];
  targets = new Map();
  Atomics.store(interruptFlag, 0, 0);
  installLabHost({
    ...labHost(),
    display: (bundle: MimeBundle, options?: DisplayOptions) =>
      void shown.push({ figure: bundle[FIGURE_MIME] as EmbeddingFigure, bundle, options }),
    progress: (update) => void progress.push(update),
    interruptFlag,
    canSelect: true,
    offerSelection: (plot, target) => void targets.set(plot, target),
    onInterrupt: (listener) => {
      interrupt = listener;
      return () => undefined;
    },
  });
});

const last = () => shown.at(-1)!.figure;
const select = (indices: readonly number[]) => targets.get(last().plot)![selectExamples](indices);

describe("show.embedding", () => {
  it("ends with a finished map that states its quality, drawn in one display", async () => {
    const plot = await showEmbedding(model, examples(240), { perplexity: 20, seed: 3, iterations: 300 });
    const figure = last();
    expect(figure).toMatchObject({ live: false, iteration: 300, layer: "pool4", dims: 2, size: 240 });
    expect(figure.parameters).toMatchObject({ perplexity: 20, seed: 3 });
    expect(framePoints(figure.frames[0]!).length).toBe(480);
    expect(Array.from(pointLabels(figure).slice(0, 4))).toEqual([0, 1, 2, 0]);
    expect(figure.quality!.trustworthiness).toBeGreaterThan(0.9);
    expect(plot.quality.trustworthiness).toBeCloseTo(figure.quality!.trustworthiness, 3);
    expect(progress.at(-1)!.fraction).toBe(1);
    expect(new Set(shown.map(({ options }) => options?.displayId)).size).toBe(1);
  });

  it("keeps the map so far when it is interrupted", async () => {
    const running = showEmbedding(model, examples(600), { iterations: 100_000 });
    setTimeout(() => Atomics.store(interruptFlag, 0, 1), 1200);
    await expect(running).rejects.toBeInstanceOf(InterruptedError);
    expect(last().live).toBe(false);
    expect(last().notes.join()).toMatch(/Stopped at iteration \d+ of 100000/);
  });

  it("maps a seeded sample of many, says so, and knows which examples they are", async () => {
    await showEmbedding(model, examples(300), { method: "pca", seed: 1, maximumExamples: 120 });
    const indices = Array.from(pointIndices(last()));
    expect(last().notes).toEqual(["A random sample of 120 of 300 examples."]);
    expect(indices.length).toBe(120);
    expect(Array.from(pointLabels(last()))).toEqual(indices.map((index) => index % 3));
  });

  it("takes features that a person made, as rows and as tensors", async () => {
    const { features } = await model.features(examples(60));
    const rows = Array.from({ length: 60 }, (_, i) => features.data.slice(i * 8, i * 8 + 8));
    const given = [rows, features, { shape: [60, 2, 4], data: () => Promise.resolve(features.data) }];
    const maps: number[][] = [];
    for (const one of given) {
      await showEmbedding<Examples>(one, examples(60), { method: "pca", dims: 3 });
      maps.push(Array.from(framePoints(last().frames[0]!)));
    }
    expect(last()).toMatchObject({ title: "Embedding", dims: 3 });
    expect(last().layer).toBeUndefined();
    expect(maps[1]).toEqual(maps[0]);
    expect(maps[2]).toEqual(maps[0]);
  });

  it("carries what the model says of each example", async () => {
    await showEmbedding(classifier, examples(60), { method: "pca" });
    const { classes, confidence, loss } = framePredictions(last().frames[0]!)!;
    expect(Array.from(classes.slice(0, 3))).toEqual([1, 1, 2]);
    const sure = Math.exp(4) / (Math.exp(4) + 2);
    expect(confidence[1]).toBeCloseTo(sure, 2);
    expect(loss[1]).toBeCloseTo(-Math.log(sure), 3);
    expect(loss[0]).toBeCloseTo(-Math.log(1 / (Math.exp(4) + 2)), 3);
  });

  it("has pictures, the beginnings of texts, and splits", async () => {
    const indices = examples(60).indices;
    await showEmbedding(model, new Pictured(indices) as Examples, {
      method: "pca",
      splits: indices.map((i) => (i < 40 ? "train" : "test")),
    });
    const { pictures, splits } = last();
    expect(pictures).toMatchObject({ width: 4, height: 4, columns: 8 });
    expect(unpack(pictures!.points, Uint32Array).length).toBe(60);
    expect(splits!.names).toEqual(["train", "test"]);
    await showEmbedding(model, new Written(indices) as Examples, { method: "pca" });
    expect(last().texts![7]).toMatch(/^text of 7 .*…$/);
    expect(last().texts![7]!.length).toBe(160);
  });

  it.each([
    ["embedding/too-few", examples(5), {}],
    ["embedding/bad-perplexity", examples(40), { perplexity: 30 }],
    ["embedding/bad-iterations", examples(40), { iterations: 0 }],
    ["embedding/bad-maximum", examples(40), { maximumExamples: 0.5 }],
    ["embedding/splits", examples(40), { splits: ["train"] }],
  ])("meets bad input with %s", async (code, data, options) => {
    await expect(showEmbedding(model, data, options)).rejects.toMatchObject({ code });
    expect(shown).toEqual([]);
  });

  it.each([
    ["embedding/rows", [[1, 2]]],
    ["embedding/uneven-rows", [[1, 2], [1]]],
  ])("meets given features that do not fit with %s", async (code, given) => {
    await expect(showEmbedding<Examples>(given, examples(40))).rejects.toMatchObject({ code });
  });

  it("meets features that are not finite with a remedy", async () => {
    const diverged = { shape: [40, 2], data: new Float32Array(80).fill(NaN) };
    await expect(showEmbedding<Examples>(diverged, examples(40))).rejects.toMatchObject({
      code: "embedding/not-finite",
    });
  });
});

describe("a map's selection", () => {
  it("is there at once when something is selected, of the dataset that was given", async () => {
    const plot = await showEmbedding(model, examples(60), { method: "pca" });
    select([3, 7, 999]);
    const { indices, dataset } = await plot.selection();
    expect(indices).toEqual([3, 7]);
    expect(dataset.indices).toEqual([3, 7]);
  });

  it("is waited for otherwise; taking it back is no selection", async () => {
    const plot = await showEmbedding(model, examples(60), { method: "pca" });
    select([1]);
    select([]);
    const waiting = plot.selection();
    let done = false;
    void waiting.then(() => (done = true));
    await new Promise(setImmediate);
    expect(done).toBe(false);
    select([5]);
    expect((await waiting).indices).toEqual([5]);
  });

  it("ends with the interrupt of its cell", async () => {
    const plot = await showEmbedding(model, examples(60), { method: "pca" });
    const waiting = plot.selection();
    interrupt(new InterruptedError());
    await expect(waiting).rejects.toBeInstanceOf(InterruptedError);
  });

  it("says where nothing can be selected", async () => {
    installLabHost({ ...labHost(), canSelect: false });
    const plot = await showEmbedding(model, examples(60), { method: "pca" });
    await expect(plot.selection()).rejects.toMatchObject({ code: "embedding/no-selection" });
  });
});

describe("frames of a map", () => {
  it("place the same examples into it, in the same display", async () => {
    const plot = await showEmbedding(model, examples(60), { method: "pca", frame: "before" });
    const before = framePoints(last().frames[0]!);
    await plot.addFrame("after");
    expect(last().frames.map(({ name }) => name)).toEqual(["before", "after"]);
    expect(shown.at(-1)!.options).toMatchObject({ update: true, displayId: shown[0]!.options!.displayId });
    // JupyterLab's Plotly extension draws one display once, unless it was something else in between.
    expect(shown.slice(-3).map(({ bundle }) => PLOTLY_MIME in bundle)).toEqual([true, false, true]);
    // The model has not changed, so neither have the places, but for their rounding.
    framePoints(last().frames[1]!).forEach((value, i) => expect(value).toBeCloseTo(before[i]!, 1));
  });

  it("follow a model that trains, the last map of it", async () => {
    let draw: ((model: FeatureSource<Examples>, name: string) => Promise<void>) | undefined;
    const trained: FeatureSource<Examples> = { ...model, [watchEpochs]: (watcher) => void (draw = watcher) };
    await showEmbedding(trained, examples(60), { method: "pca" });
    expect(draw).toBeUndefined();
    await showEmbedding(trained, examples(60), { method: "pca", watch: true });
    const before = framePoints(last().frames[0]!);
    // Each example has become the next one, of the next class.
    const later: FeatureSource<Examples> = {
      features: ({ indices }, options) => model.features(new Examples(indices.map((index) => index + 1)), options),
    };
    await draw!(later, "head, epoch 1");
    expect(last().frames.map(({ name }) => name)).toEqual(["map", "head, epoch 1"]);
    const after = framePoints(last().frames[1]!);
    for (let k = 0; k < 118; k++) expect(after[k]).toBeCloseTo(before[k + 2]!, 1);
  });

  it("that cannot be drawn are said, and end nothing", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    let draw: ((model: FeatureSource<Examples>, name: string) => Promise<void>) | undefined;
    const trained: FeatureSource<Examples> = { ...model, [watchEpochs]: (watcher) => void (draw = watcher) };
    await showEmbedding(trained, examples(60), { method: "pca", watch: true });
    const narrow = { shape: [60, 2], data: new Float32Array(120) };
    await draw!({ features: () => Promise.resolve({ layer: "pool4", features: narrow }) }, "epoch 2");
    expect(warn.mock.lastCall![0]).toMatch(/no frame "epoch 2".*60 rows of 8 features/);
    warn.mockRestore();
    expect(last().frames.length).toBe(1);
  });

  it("need a model", async () => {
    await expect(showEmbedding(model, examples(60), { method: "pca", watch: true })).rejects.toMatchObject({
      code: "embedding/no-model",
    });
    const { features } = await model.features(examples(60));
    const plot = await showEmbedding<Examples>(features, examples(60), { method: "pca" });
    await expect(plot.addFrame("after")).rejects.toMatchObject({ code: "embedding/no-model" });
  });
});
