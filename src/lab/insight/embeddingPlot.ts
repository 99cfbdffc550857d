import { packedPoints } from "../../shared/embeddingPoints";
import type { EmbeddingFigure, EmbeddingFrame } from "../../shared/figures/embeddingFigure";
import { GraftError, InterruptedError } from "../../shared/graftError";
import { labHost } from "../../shared/labHost";
import { type Selectable, selectExamples } from "../../shared/selectable";
import { inspectText } from "../inspectText";
import { type FeatureSource, type LabelledExamples, noModel } from "./embeddingSource";
import { figureBundle } from "./figureBundle";
import type { FeatureMap } from "./maps/mapFeatures";

/** What is selected in a map. */
export interface Selection<Data> {
  /** Of the examples in the dataset that was given to `show.embedding`. */
  readonly indices: readonly number[];
  /** Those examples. */
  readonly dataset: Data;
}

/** What the model makes of the mapped examples now. */
export interface EmbeddedNow {
  readonly columns: number;
  readonly data: Float32Array;
  readonly predictions?: EmbeddingFrame["predictions"];
}

export interface EmbeddingPlotParts<Data> {
  readonly figure: EmbeddingFigure;
  readonly displayId: string;
  readonly dataset: Data;
  readonly map: FeatureMap;
  /** Of the model, or of what it was at another time. Undefined where features were given. */
  readonly embedNow: ((model?: FeatureSource<Data>) => Promise<EmbeddedNow>) | undefined;
}

interface Waiting {
  resolve(): void;
}

/** A map that waits is held, whether or not a variable holds it: nobody else could end the wait. */
const awaited = new Map<Waiting, Selectable>();

/** A map that `show.embedding` has drawn. */
export class EmbeddingPlot<Data extends LabelledExamples<Data>> implements Selectable {
  readonly #dataset: Data;
  readonly #map: FeatureMap;
  readonly #embedNow: EmbeddingPlotParts<Data>["embedNow"];
  readonly #displayId: string;
  #figure: EmbeddingFigure;
  #selected: readonly number[] = [];

  /** @internal */
  constructor({ figure, displayId, dataset, map, embedNow }: EmbeddingPlotParts<Data>) {
    this.#figure = figure;
    this.#displayId = displayId;
    this.#dataset = dataset;
    this.#map = map;
    this.#embedNow = embedNow;
    labHost().offerSelection(figure.plot, this);
  }

  /** How good the map is: each in [0, 1], 1 is best, over `neighbours` neighbours. */
  get quality(): { readonly trustworthiness: number; readonly neighbourRecall: number; readonly neighbours: number } {
    const { trustworthiness, neighbourRecall, neighbours } = this.#map.quality;
    return { trustworthiness, neighbourRecall, neighbours };
  }

  /**
   * The examples that are selected in the figure, by box, lasso or search. With nothing selected it waits for the next selection; an
   * interrupt ends that. The kernel serves everything else while a cell waits.
   *
   * @throws GraftError `embedding/no-selection` in a front end in which nothing can be selected (JupyterLab, `graft run`).
   * @example
   * ```ts
   * import { backbones, datasets, graft, show } from "graft";
   * const { train, test } = await datasets.mnist();
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * const plot = await show.embedding(model, test.sample({ labels: 100, seed: 7 }), { iterations: 250 });
   * try {
   *   const { indices, dataset } = await plot.selection();
   *   console.log(indices.length, dataset.size);
   * } catch (error) {
   *   console.log(`Nothing can be selected here: ${error}`);
   * }
   * ```
   */
  async selection(): Promise<Selection<Data>> {
    if (this.#selected.length === 0) await this.#nextSelection();
    return { indices: this.#selected, dataset: this.#dataset.select(this.#selected) };
  }

  /**
   * Adds what the model makes of the same examples now as a frame of the same map: the figure gets a slider. The examples are placed beside their
   * nearest neighbours of the first frame, so a layer whose features have turned away from it as a whole cannot be judged by it.
   *
   * @param name What stands beside the slider: `"epoch 3"`.
   * @throws GraftError `embedding/no-model` where the features were given, `embedding/bad-shape` when the layer has another width now.
   * @example
   * ```ts
   * import { backbones, datasets, graft, show } from "graft";
   * const { train, test } = await datasets.mnist();
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * const plot = await show.embedding(model, test.sample({ labels: 100, seed: 7 }), { iterations: 250, frame: "untrained" });
   * for (const epoch of [1, 2]) {
   *   await model.fineTune(train.sample({ labels: 50, seed: 7 }), { lastLayers: 3, epochs: 1, plot: false });
   *   await plot.addFrame(`epoch ${epoch}`);
   * }
   * ```
   */
  async addFrame(name: string): Promise<void> {
    if (this.#embedNow === undefined) throw noModel();
    await this.#add(name, await this.#embedNow());
  }

  /** @internal Adds what a model was after an epoch. What goes wrong with it is said and does not end the training. */
  async follow(model: FeatureSource<Data>, name: string): Promise<void> {
    try {
      await this.#add(name, await this.#embedNow!(model));
    } catch (error) {
      if (!(error instanceof InterruptedError)) console.warn(`The map has no frame "${name}": ${String(error)}`);
    }
  }

  async #add(name: string, { data, predictions }: EmbeddedNow): Promise<void> {
    const { size, dims } = this.#figure;
    const points = await this.#map.transform(data, size);
    const frame = { name, ...packedPoints(points, dims), ...(predictions === undefined ? {} : { predictions }) };
    this.#figure = { ...this.#figure, frames: [...this.#figure.frames, frame] };
    // As live in between, so that every front end draws it anew (see `figureBundle`).
    for (const live of [true, false]) {
      labHost().display(figureBundle({ ...this.#figure, live }), { displayId: this.#displayId, update: true });
    }
  }

  [selectExamples](indices: readonly number[]): void {
    const { size } = this.#dataset;
    this.#selected = indices.filter((index) => index < size);
    if (this.#selected.length === 0) return;
    for (const [waiting, plot] of awaited) if (plot === this) waiting.resolve();
  }

  [inspectText](): string {
    const { size, frames } = this.#figure;
    const selected = this.#selected.length === 0 ? "nothing" : this.#selected.length.toLocaleString("en");
    return `EmbeddingPlot: ${size.toLocaleString("en")} examples, ${frames.length} frame${frames.length === 1 ? "" : "s"}, ${selected} selected`;
  }

  #nextSelection(): Promise<void> {
    if (!labHost().canSelect) {
      throw new GraftError({
        code: "embedding/no-selection",
        expected: "a front end in which people can select points",
        found: "one that has not said so",
        remedy: "Open the notebook in VS Code with Graft, run its cells there and select points in the map",
      });
    }
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        resolve: () => {
          awaited.delete(waiting);
          forget();
          resolve();
        },
      };
      awaited.set(waiting, this);
      const forget = labHost().onInterrupt((error) => {
        awaited.delete(waiting);
        reject(error);
      });
    });
  }
}
