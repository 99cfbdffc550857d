/**
 * Images across the frozen trunk, each once: what is in the store is taken from there, also when it came with another dataset
 * or from another notebook. The rest crosses in chunks, so that memory stays bounded: the main thread prepares a chunk
 * and stores another while the engine computes the one between.
 */
import { createHash } from "node:crypto";
import { weightsOf } from "../backbone/cutGraph";
import { valueShapes } from "../backbone/graphShapes";
import type { LayerGraph, Tensor, Weights } from "../backbone/layerGraph";
import { fittedTo, type Preprocessing, preprocess, whatDecidesNumbers } from "../backbone/preprocessing";
import { graphHash } from "../backbone/weightsHash";
import type { Dataset } from "../data/dataset";
import type { Features } from "../engine/engine";
import { openRows, type RowReader } from "../engine/rowReader";
import type { StoredRows } from "../engine/storedRows";
import { tooLargeForMemory } from "../features/cacheProblem";
import type { FeatureSpace } from "../features/featureStore";
import { type LabRuntime, memoryBytes } from "./labRuntime";

export interface Trunk {
  /** From the images, or from the rows of `source`. */
  readonly graph: LayerGraph;
  readonly weights: Weights;
  readonly preprocessing: Preprocessing;
  /**
   * An earlier part of the same network, whose rows are kept as well. Its rows and those computed from the images in one go may differ in
   * their last bits, so what comes from it has a space of its own: whoever asks decides by what is to be trained, never by what happens to be kept.
   */
  readonly source?: Trunk;
}

type OnRows = (done: number, total: number) => void;

const mostRowsOfBatch = 256;
const mostRowsOfChunk = 8192;

/**
 * What the frozen trunk makes of each image, `[n, …]`. Where there is no trunk (the cut is at the input), these are the
 * preprocessed images themselves. With `stream`, features that take more than `runtime.streamAboveBytes` stay in files.
 *
 * @throws GraftError `train/cache-memory` when they fit neither in memory nor in the store. InterruptedError after an
 * interrupt; what has crossed is kept.
 */
export function trunkFeatures(runtime: LabRuntime, trunk: Trunk, dataset: Dataset, onRows?: OnRows): Promise<Tensor>;
export function trunkFeatures(
  runtime: LabRuntime,
  trunk: Trunk,
  dataset: Dataset,
  onRows: OnRows | undefined,
  options: { readonly stream: boolean },
): Promise<Features>;
export async function trunkFeatures(
  runtime: LabRuntime,
  trunk: Trunk,
  unfitted: Dataset,
  onRows?: OnRows,
  { stream }: { readonly stream: boolean } = { stream: false },
): Promise<Features> {
  // An image in another size is another item, whose hash says how it came to that size.
  const dataset = fittedTo(unfitted, trunk.preprocessing, imageShapeOf(trunk));
  const shape = valueShapes(trunk.graph).get(trunk.graph.output)!;
  const width = sizeOf(shape);
  const bytes = 4 * width * dataset.size;
  const streams = stream && bytes > runtime.streamAboveBytes;
  if (trunk.graph.layers.length === 0 && !streams) {
    requireMemory(bytes);
    return preprocess(dataset, trunk.preprocessing);
  }
  const key = featureSpace(runtime, trunk);
  return runtime.oneAtATime(key, async () => {
    const space = await runtime.store.open(key, width);
    try {
      const crossing = new Crossing(runtime, trunk, key, dataset, space, onRows);
      return (streams ? await crossing.toFiles(shape) : undefined) ?? (await crossing.toMemory(shape));
    } finally {
      await space.release();
    }
  });
}

/** Raised when the same trunk comes to give other numbers, e.g. after a mistake in the export was mended: what is stored is then not found. */
const computation = 2;

/** Everything that decides what a feature is, apart from the image. Engines agree within a tolerance only, so each has its own. */
function featureSpace(runtime: LabRuntime, { graph, weights, preprocessing, source }: Trunk): string {
  const { engine } = runtime;
  if (source !== undefined) {
    return createHash("sha256").update(featureSpace(runtime, source)).update(graphHash(graph, weights)).digest("hex");
  }
  return createHash("sha256")
    .update(JSON.stringify([computation, engine.name, ...whatDecidesNumbers(preprocessing)]))
    .update(graphHash(graph, weights))
    .digest("hex");
}

/** One dataset on its way into one space. Positions are those of its images. */
class Crossing {
  readonly #runtime: LabRuntime;
  readonly #trunk: Trunk;
  readonly #weights: Weights;
  readonly #key: string;
  readonly #dataset: Dataset;
  readonly #items: readonly string[];
  readonly #space: FeatureSpace;
  readonly #onRows: OnRows | undefined;
  /** The rows of the trunk's source, while images cross. */
  #source: Promise<RowReader> | undefined;

  constructor(
    runtime: LabRuntime,
    trunk: Trunk,
    key: string,
    dataset: Dataset,
    space: FeatureSpace,
    onRows: OnRows | undefined,
  ) {
    this.#runtime = runtime;
    this.#trunk = trunk;
    this.#weights = weightsOf(trunk.graph, trunk.weights);
    this.#key = key;
    this.#dataset = dataset;
    this.#items = Array.from({ length: dataset.size }, (_, i) => dataset.itemHash(i));
    this.#space = space;
    this.#onRows = onRows;
  }

  /** Undefined when they cannot all be stored; those that could are. */
  async toFiles(shape: readonly number[]): Promise<StoredRows | undefined> {
    const missing = await this.#space.unstored(this.#items);
    if (missing === undefined) return undefined;
    await this.#cross([...this.#firstPositions(missing).values()], () => undefined);
    return this.#space.stored(this.#items, shape);
  }

  async toMemory(shape: readonly number[]): Promise<Tensor> {
    const width = sizeOf(shape);
    requireMemory(4 * width * this.#items.length);
    const data = new Float32Array(width * this.#items.length);
    const missing = await this.#space.read(this.#items, data);
    const first = this.#firstPositions(missing);
    await this.#cross([...first.values()], (positions, rows) => {
      positions.forEach((position, i) => data.set(rows.subarray(i * width, (i + 1) * width), position * width));
    });
    // Pictures that occur twice have crossed once.
    for (const position of missing) {
      const source = first.get(this.#items[position]!)!;
      if (source !== position) data.copyWithin(position * width, source * width, (source + 1) * width);
    }
    return { shape: [this.#items.length, ...shape], data };
  }

  #firstPositions(positions: readonly number[]): Map<string, number> {
    const first = new Map<string, number>();
    for (const position of positions) {
      const item = this.#items[position]!;
      if (!first.has(item)) first.set(item, position);
    }
    return first;
  }

  async #cross(
    positions: readonly number[],
    onChunk: (positions: readonly number[], rows: Float32Array) => void,
  ): Promise<void> {
    const { batchSize, chunkRows } = this.#sizes();
    const underway: { readonly chunk: readonly number[]; readonly rows: Promise<Float32Array> }[] = [];
    const keepOldest = async (): Promise<void> => {
      const { chunk, rows } = underway.shift()!;
      const computed = await rows;
      if (this.#trunk.graph.layers.length > 0 && !this.#trunk.source) this.#runtime.trunkPasses += chunk.length;
      onChunk(
        chunk,
        await this.#space.append(
          chunk.map((position) => this.#items[position]!),
          computed,
        ),
      );
    };
    try {
      for (let from = 0; from < positions.length; from += chunkRows) {
        const chunk = positions.slice(from, from + chunkRows);
        const rows = this.#compute(chunk, batchSize, (done) => this.#onRows?.(from + done, positions.length));
        rows.catch(() => undefined); // Is awaited in its turn, or below.
        underway.push({ chunk, rows });
        // The engine always has the next chunk at hand while this thread waits, stores and prepares.
        if (underway.length === 2) await keepOldest();
      }
      while (underway.length > 0) await keepOldest();
    } finally {
      await Promise.allSettled(underway.map(({ rows }) => rows));
      (await this.#source)?.close();
      this.#source = undefined;
    }
  }

  async #compute(chunk: readonly number[], batchSize: number, onRows: (done: number) => void): Promise<Float32Array> {
    const { graph } = this.#trunk;
    const input = await this.#input(chunk);
    if (graph.layers.length === 0) return input.data;
    const computed = await this.#runtime.engine.infer(graph, this.#weights, input, {
      batchSize,
      modelKey: this.#key,
      interruptFlag: this.#runtime.interruptFlag,
      onRows,
    });
    return computed.data;
  }

  async #input(chunk: readonly number[]): Promise<Tensor> {
    const { graph, preprocessing, source } = this.#trunk;
    if (source === undefined) return preprocess(this.#dataset, preprocessing, chunk);
    this.#source ??= trunkFeatures(this.#runtime, source, this.#dataset, this.#onRows, { stream: true }).then(openRows);
    const reader = await this.#source;
    const width = sizeOf(graph.input.shape);
    const data = new Float32Array(chunk.length * width);
    chunk.forEach((position, i) => reader.read(position, data, i * width));
    return { shape: [chunk.length, ...graph.input.shape], data };
  }

  /** Small images cross in several batches a chunk: what the layers make of a batch takes many times its room. */
  #sizes(): { readonly batchSize: number; readonly chunkRows: number } {
    const { graph } = this.#trunk;
    const { chunkBytes } = this.#runtime;
    const rowBytes = 4 * Math.max(sizeOf(graph.input.shape), sizeOf(valueShapes(graph).get(graph.output)!));
    const batchSize = clamp(2 ** Math.floor(Math.log2(chunkBytes / rowBytes)), 1, mostRowsOfBatch);
    const batches = clamp(Math.floor(chunkBytes / rowBytes / batchSize), 1, mostRowsOfChunk / mostRowsOfBatch);
    return { batchSize, chunkRows: batches * batchSize };
  }
}

function imageShapeOf({ graph, source }: Trunk): readonly number[] {
  return source ? imageShapeOf(source) : graph.input.shape;
}

/** The engine takes a copy of them, so twice their size is needed. */
function requireMemory(bytes: number): void {
  if (2 * bytes > memoryBytes()) throw tooLargeForMemory(bytes);
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
