import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import type { Weights } from "../backbone/layerGraph";
import { weightOf } from "./checkedGraph";
import { names } from "./compileStep";
import { lengthOf, type ParameterLayout, type Slot } from "./parameterLayout";
import type { Feeds } from "./runtime";

export type OrtTensorClass = typeof OrtTensor;

/** One generation of everything that a step changes. */
interface Generation {
  readonly parameters: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  readonly statistics: Float32Array;
}

/**
 * Weights and optimizer slots of a run, in two generations: a step reads one and writes the other, then they change places.
 * Each weight is fed as a view into its flat array, so nothing is copied.
 */
export class TrainingState {
  readonly #layout: ParameterLayout;
  readonly #initial: Weights;
  readonly #generations: readonly [Generation, Generation];
  readonly #feeds: readonly [Feeds, Feeds];
  readonly #fetches: readonly [Feeds, Feeds];
  readonly #weightFeeds: readonly [Feeds, Feeds];
  #current: 0 | 1 = 0;

  constructor(layout: ParameterLayout, weights: Weights, Tensor: OrtTensorClass) {
    this.#layout = layout;
    this.#initial = weights;
    const frozen = filled(layout.frozen, weights);
    const make = (): Generation => ({
      parameters: filled(layout.parameters, weights),
      first: new Float32Array(lengthOf(layout.parameters)),
      second: new Float32Array(lengthOf(layout.parameters)),
      statistics: filled(layout.statistics, weights),
    });
    this.#generations = [make(), make()];
    const weightFeeds = ({ parameters, statistics }: Generation): Feeds => ({
      ...views(layout.parameters, parameters, Tensor),
      ...views(layout.statistics, statistics, Tensor),
      ...views(layout.frozen, frozen, Tensor),
    });
    const vector = (data: Float32Array) => new Tensor("float32", data, [data.length]);
    const feeds = (generation: Generation): Feeds => ({
      ...weightFeeds(generation),
      [names.parameters]: vector(generation.parameters),
      [names.first]: vector(generation.first),
      [names.second]: vector(generation.second),
    });
    const fetches = (generation: Generation): Feeds => ({
      [names.nextParameters]: vector(generation.parameters),
      [names.nextFirst]: vector(generation.first),
      [names.nextSecond]: vector(generation.second),
      ...views(layout.statistics, generation.statistics, Tensor, "/next"),
    });
    const [a, b] = this.#generations;
    this.#weightFeeds = [weightFeeds(a), weightFeeds(b)];
    this.#feeds = [feeds(a), feeds(b)];
    this.#fetches = [fetches(a), fetches(b)];
  }

  /** All weights as they are now, by `layer/weight`, without optimizer slots. */
  get weightFeeds(): Feeds {
    return this.#weightFeeds[this.#current];
  }

  /** Runs one step and takes its results over. `batch` are the feeds and fetches that belong to the batch. */
  async step(session: InferenceSession, batch: { readonly feeds: Feeds; readonly fetches: Feeds }): Promise<void> {
    const next = this.#current === 0 ? 1 : 0;
    await session.run({ ...this.#feeds[this.#current], ...batch.feeds }, { ...this.#fetches[next], ...batch.fetches });
    this.#current = next;
  }

  /** Undoes the last step; once. */
  back(): void {
    this.#current = this.#current === 0 ? 1 : 0;
  }

  isFinite(): boolean {
    const { parameters, statistics } = this.#generations[this.#current];
    return parameters.every(Number.isFinite) && statistics.every(Number.isFinite);
  }

  /** A new map: trained weights as they are now, all others as they came in. */
  weights(): Weights {
    const { parameters, statistics } = this.#generations[this.#current];
    const result = new Map([...this.#initial].map(([key, { shape, data }]) => [key, { shape, data: data.slice() }]));
    const put = (slots: readonly Slot[], flat: Float32Array) => {
      for (const { key, spec, offset, size } of slots) {
        result.set(key, { shape: spec.shape, data: flat.slice(offset, offset + size) });
      }
    };
    put(this.#layout.parameters, parameters);
    put(this.#layout.statistics, statistics);
    return result;
  }
}

function filled(slots: readonly Slot[], weights: Weights): Float32Array {
  const flat = new Float32Array(lengthOf(slots));
  for (const { layer, spec, offset } of slots) flat.set(weightOf(weights, layer, spec).data, offset);
  return flat;
}

function views(slots: readonly Slot[], flat: Float32Array, Tensor: OrtTensorClass, suffix = ""): Feeds {
  return Object.fromEntries(
    slots.map(({ key, spec, offset, size }) => [
      `${key}${suffix}`,
      new Tensor("float32", flat.subarray(offset, offset + size), spec.shape),
    ]),
  );
}
