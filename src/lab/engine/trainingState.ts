import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import type { Tensor, Weights } from "../backbone/layerGraph";
import { names } from "./compileStep";
import { allFinite } from "./finite";
import { filled, keptInSlots, type KeptWeights, mergedWeights, slotOf } from "./keptWeights";
import { averageSlot, updateNames } from "./optimizers/writeUpdate";
import { lengthOf, type ParameterLayout, type Slot } from "./parameterLayout";
import { type Arrays, copyArrays, PingPong } from "./pingPong";
import type { Feeds } from "./runtime";

export type OrtTensorClass = typeof OrtTensor;

const parameters = "parameters";
const statistics = "statistics";
const gathered = "gathered";

export interface StateOptions {
  /** Arrays as long as the parameters that go from update to update. */
  readonly slots: readonly string[];
  /** Gradients are gathered over batches before an update. */
  readonly gathers: boolean;
}

/**
 * Weights and optimizer slots of a run, as flat arrays in two generations. Each weight is fed as a view into its array, so
 * nothing is copied.
 */
export class TrainingState {
  readonly #layout: ParameterLayout;
  readonly #initial: Weights;
  readonly #slots: readonly string[];
  readonly #frozenFeeds: Feeds;
  /** By the sides that are current; a network has hundreds of weights, and a step may take less than a millisecond. */
  readonly #feeds: Feeds[] = [];
  /** Whole steps by the feeds of their batch and by side: small steps take a tenth of a millisecond, and merging objects counts. */
  readonly #steps = new Map<Feeds, { readonly feeds: Feeds; readonly fetches: Feeds }[]>();
  readonly #averageFeeds: ((arrays: Arrays) => Feeds) | undefined;
  readonly #trained: PingPong;
  readonly #statistics: PingPong;
  readonly #gathered: PingPong | undefined;
  /** Before the group of batches that is being gathered: each of them moves them. */
  readonly #statisticsBefore: Float32Array;
  #updated = false;
  /** Of the end of the last good epoch, or of the beginning. */
  readonly #kept: { readonly trained: Arrays; readonly statistics: Arrays };

  constructor(layout: ParameterLayout, weights: Weights, Tensor: OrtTensorClass, { slots, gathers }: StateOptions) {
    this.#layout = layout;
    this.#initial = weights;
    this.#slots = slots;
    const length = lengthOf(layout.parameters);
    const vector = (data: Float32Array) => new Tensor("float32", data, [data.length]);
    this.#frozenFeeds = views(layout.frozen, filled(layout.frozen, weights), Tensor);
    const initial = filled(layout.parameters, weights);
    const averaged = slots.includes(averageSlot);
    this.#trained = new PingPong(
      new Map([
        [parameters, initial],
        ...slots.map((name) => [name, name === averageSlot ? initial.slice() : new Float32Array(length)] as const),
      ]),
      (arrays) => ({
        ...views(layout.parameters, arrays.get(parameters)!, Tensor),
        [updateNames.parameters]: vector(arrays.get(parameters)!),
        ...Object.fromEntries(slots.map((name) => [updateNames.slot(name), vector(arrays.get(name)!)])),
      }),
      (arrays) => ({
        [updateNames.nextParameters]: vector(arrays.get(parameters)!),
        ...Object.fromEntries(slots.map((name) => [updateNames.nextSlot(name), vector(arrays.get(name)!)])),
      }),
    );
    this.#statistics = new PingPong(
      new Map([[statistics, filled(layout.statistics, weights)]]),
      (arrays) => views(layout.statistics, arrays.get(statistics)!, Tensor),
      (arrays) => views(layout.statistics, arrays.get(statistics)!, Tensor, "/next"),
    );
    this.#statisticsBefore = new Float32Array(lengthOf(layout.statistics));
    this.#gathered = gathers
      ? new PingPong(
          new Map([[gathered, new Float32Array(length)]]),
          (arrays) => ({
            [names.gathered]: vector(arrays.get(gathered)!),
            [updateNames.gradient]: vector(arrays.get(gathered)!),
          }),
          (arrays) => ({ [names.nextGathered]: vector(arrays.get(gathered)!) }),
        )
      : undefined;
    this.#averageFeeds = averaged ? (arrays) => views(layout.parameters, arrays.get(averageSlot)!, Tensor) : undefined;
    this.#kept = { trained: copied(this.#trained.arrays), statistics: copied(this.#statistics.arrays) };
  }

  /** All weights as they are now, by `layer/weight`, with what the update reads. */
  get feeds(): Feeds {
    const side = 2 * this.#trained.side + this.#statistics.side;
    return (this.#feeds[side] ??= { ...this.#trained.feeds, ...this.#statistics.feeds, ...this.#frozenFeeds });
  }

  /** The weights to score: the averaged ones where there are. */
  get scoredFeeds(): Feeds {
    return { ...this.feeds, ...this.#averageFeeds?.(this.#trained.arrays) };
  }

  /**
   * Runs one whole step and takes its results over.
   *
   * @param feeds The same objects from step to step: what they make together with the weights is kept.
   */
  async step(session: InferenceSession, feeds: Feeds, fetches: Feeds): Promise<void> {
    const side = 2 * this.#trained.side + this.#statistics.side;
    const known = this.#steps.get(feeds) ?? [];
    if (known.length === 0) this.#steps.set(feeds, known);
    const step = (known[side] ??= {
      feeds: { ...this.feeds, ...feeds },
      fetches: { ...this.#trained.nextFetches, ...this.#statistics.nextFetches, ...fetches },
    });
    await session.run(step.feeds, step.fetches);
    this.#trained.turn();
    this.#statistics.turn();
  }

  /** Before the first batch of a group. */
  beginGroup(): void {
    this.#gathered!.arrays.get(gathered)!.fill(0);
    this.#statisticsBefore.set(this.#statistics.arrays.get(statistics)!);
    this.#updated = false;
  }

  /** Runs a batch that adds its gradient to those of the batches before. */
  async gather(session: InferenceSession, feeds: Feeds, fetches: Feeds): Promise<void> {
    await session.run(
      { ...this.feeds, ...this.#gathered!.feeds, ...feeds },
      { ...this.#gathered!.nextFetches, ...this.#statistics.nextFetches, ...fetches },
    );
    this.#gathered!.turn();
    this.#statistics.turn();
  }

  /** Runs an update with the gathered gradient. */
  async update(session: InferenceSession, feeds: Feeds): Promise<void> {
    await session.run({ ...this.#trained.feeds, ...this.#gathered!.feeds, ...feeds }, this.#trained.nextFetches);
    this.#trained.turn();
    this.#updated = true;
  }

  /** Undoes the last step, or what there is of it; once. */
  undo(): void {
    if (this.#gathered === undefined) {
      this.#trained.turn();
      this.#statistics.turn();
      return;
    }
    if (this.#updated) this.#trained.turn();
    this.#statistics.arrays.get(statistics)!.set(this.#statisticsBefore);
  }

  isFinite(): boolean {
    return [...this.#trained.arrays.values(), ...this.#statistics.arrays.values()].every(allFinite);
  }

  /** Remembers the present as the last state that was good. */
  keep(): void {
    copyArrays(this.#trained.arrays, this.#kept.trained);
    copyArrays(this.#statistics.arrays, this.#kept.statistics);
  }

  /** Goes back to it. */
  recall(): void {
    copyArrays(this.#kept.trained, this.#trained.arrays);
    copyArrays(this.#kept.statistics, this.#statistics.arrays);
  }

  /** A copy of the weights that are scored. */
  scored(): KeptWeights {
    const { arrays } = this.#trained;
    return {
      parameters: (arrays.get(averageSlot) ?? arrays.get(parameters)!).slice(),
      statistics: this.#statistics.arrays.get(statistics)!.slice(),
    };
  }

  /** A new map of the weights as they are now, without averaging. */
  weights(): Weights {
    return this.weightsOf(this.#current());
  }

  /** A new map: trained weights from `kept`, all others as they came in. */
  weightsOf(kept: KeptWeights): Weights {
    return mergedWeights(this.#layout, this.#initial, kept);
  }

  /** Copies of the slots, for a snapshot. */
  slots(): Map<string, Tensor> {
    return new Map(
      this.#slots.map((name) => {
        const data = this.#trained.arrays.get(name)!.slice();
        return [name, { shape: [data.length], data }];
      }),
    );
  }

  /** Takes slots of a snapshot over. @throws GraftError `engine/snapshot` when one is missing or of another length. */
  putSlots(slots: Weights): void {
    for (const name of this.#slots) {
      this.#trained.arrays.get(name)!.set(slotOf(slots, name, lengthOf(this.#layout.parameters)));
    }
    this.keep();
  }

  /** Weights of their own in a snapshot's slots, beginning with `prefix`. */
  keptFrom(slots: Weights, prefix: string): KeptWeights {
    return keptInSlots(this.#layout, slots, prefix);
  }

  #current(): KeptWeights {
    return {
      parameters: this.#trained.arrays.get(parameters)!,
      statistics: this.#statistics.arrays.get(statistics)!,
    };
  }
}

function copied(arrays: Arrays): Arrays {
  return new Map([...arrays].map(([name, data]) => [name, data.slice()]));
}

function views(slots: readonly Slot[], flat: Float32Array, Tensor: OrtTensorClass, suffix = ""): Feeds {
  return Object.fromEntries(
    slots.map(({ key, spec, offset, size }) => [
      `${key}${suffix}`,
      new Tensor("float32", flat.subarray(offset, offset + size), spec.shape),
    ]),
  );
}
