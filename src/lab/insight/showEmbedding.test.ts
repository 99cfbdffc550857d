import { beforeEach, describe, expect, it } from "vitest";
import type { EmbeddingFigure } from "../../shared/figure";
import { GraftError, InterruptedError } from "../../shared/graftError";
import { type DisplayOptions, installLabHost, labHost, type ProgressUpdate } from "../../shared/labHost";
import { FIGURE_MIME, type MimeBundle } from "../../shared/mimeBundle";
import { Rng } from "../../shared/rng";
import type { FeatureSource, LabelledExamples } from "./embeddingSource";
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

let shown: { figure: EmbeddingFigure; options: DisplayOptions | undefined }[] = [];
let progress: ProgressUpdate[] = [];
const interruptFlag = new Int32Array(new SharedArrayBuffer(4));

beforeEach(() => {
  shown = [];
  progress = [];
  Atomics.store(interruptFlag, 0, 0);
  installLabHost({
    ...labHost(),
    display: (bundle: MimeBundle, options?: DisplayOptions) =>
      void shown.push({ figure: bundle[FIGURE_MIME] as EmbeddingFigure, options }),
    progress: (update) => void progress.push(update),
    interruptFlag,
  });
});

describe("show.embedding", () => {
  it("ends with a finished map that keeps classes together and states its quality", async () => {
    await showEmbedding(model, examples(240), { perplexity: 20, seed: 3, iterations: 500 });
    const { figure } = shown.at(-1)!;
    expect(figure).toMatchObject({
      live: false,
      iteration: 500,
      parameters: { perplexity: 20, seed: 3, layer: "pool4" },
    });
    expect(figure.x.length).toBe(240);
    expect(figure.quality!.trustworthiness).toBeGreaterThan(0.9);
    expect(progress.at(-1)!.fraction).toBe(1);
    expect(new Set(shown.map(({ options }) => options?.displayId)).size).toBe(1);
  });

  it("is drawn while it converges", async () => {
    await showEmbedding(model, examples(900));
    expect(shown.filter(({ figure }) => figure.live).length).toBeGreaterThanOrEqual(2);
    expect(progress.filter(({ detail }) => detail.startsWith("iteration")).length).toBeGreaterThanOrEqual(2);
  });

  it("keeps the map so far when it is interrupted", async () => {
    const running = showEmbedding(model, examples(600), { iterations: 100_000 });
    setTimeout(() => Atomics.store(interruptFlag, 0, 1), 1200);
    await expect(running).rejects.toBeInstanceOf(InterruptedError);
    const { figure } = shown.at(-1)!;
    expect(figure.live).toBe(false);
    expect(figure.notes.join()).toMatch(/Stopped at iteration \d+ of 100000/);
    expect(figure.quality).toBeDefined();
  });

  it("maps a seeded sample of many and says so", async () => {
    await showEmbedding(model, examples(2600), { iterations: 3, seed: 1 });
    const { figure } = shown.at(-1)!;
    expect(figure.x.length).toBe(2000);
    expect(figure.notes).toEqual(["A random sample of 2,000 of 2,600 examples."]);
  });

  it.each([
    ["embedding/too-few", examples(5), {}],
    ["embedding/bad-perplexity", examples(40), { perplexity: 30 }],
    ["embedding/bad-iterations", examples(40), { iterations: 0 }],
  ])("meets bad input with %s", async (code, data, options) => {
    await expect(showEmbedding(model, data, options)).rejects.toMatchObject({ code });
    expect(shown).toEqual([]);
  });

  it("meets features that are not finite with a remedy", async () => {
    const diverged: FeatureSource<Examples> = {
      features: ({ size }) =>
        Promise.resolve({ layer: "head", features: { shape: [size, 2], data: new Float32Array(2 * size).fill(NaN) } }),
    };
    await expect(showEmbedding(diverged, examples(40))).rejects.toBeInstanceOf(GraftError);
  });
});
