import type { Tensor, Weights } from "../../backbone/layerGraph";
import { allFinite } from "../finite";
import { filled, keptInSlots, type KeptWeights, mergedWeights, slotOf } from "../keptWeights";
import { averageSlot } from "../optimizers/writeUpdate";
import { lengthOf, type ParameterLayout } from "../parameterLayout";
import { copyArrays } from "../pingPong";
import type { MachineState } from "../trainingLoop";

const parameters = "parameters";
const statistics = "statistics";

/** Weights and optimizer slots of a run as flat arrays, changed in place, with copies to go back to. */
export class FlatState implements MachineState {
  readonly #layout: ParameterLayout;
  readonly #initial: Weights;
  readonly #slots: readonly string[];
  readonly #arrays: ReadonlyMap<string, Float32Array>;
  readonly #before: ReadonlyMap<string, Float32Array>;
  readonly #kept: ReadonlyMap<string, Float32Array>;

  /** @param stored Slots of a snapshot to go on from. @throws GraftError when weights or slots are missing or do not fit. */
  constructor(layout: ParameterLayout, initial: Weights, slots: readonly string[], stored?: Weights) {
    this.#layout = layout;
    this.#initial = initial;
    this.#slots = slots;
    const length = lengthOf(layout.parameters);
    const own = filled(layout.parameters, initial);
    const slot = (name: string) => {
      if (stored) return slotOf(stored, name, length).slice();
      return name === averageSlot ? own.slice() : new Float32Array(length);
    };
    this.#arrays = new Map([
      [parameters, own],
      [statistics, filled(layout.statistics, initial)],
      ...slots.map((name) => [name, slot(name)] as const),
    ]);
    const copy = () => new Map([...this.#arrays].map(([name, data]) => [name, data.slice()]));
    this.#before = copy();
    this.#kept = copy();
  }

  get parameters(): Float32Array {
    return this.#arrays.get(parameters)!;
  }

  get statistics(): Float32Array {
    return this.#arrays.get(statistics)!;
  }

  /** With those of slots by their names. */
  get arrays(): ReadonlyMap<string, Float32Array> {
    return this.#arrays;
  }

  /** Before an update. */
  begin(): void {
    copyArrays(this.#arrays, this.#before);
  }

  undo(): void {
    copyArrays(this.#before, this.#arrays);
  }

  isFinite(): boolean {
    return [...this.#arrays.values()].every(allFinite);
  }

  keep(): void {
    copyArrays(this.#arrays, this.#kept);
  }

  recall(): void {
    copyArrays(this.#kept, this.#arrays);
  }

  scored(): KeptWeights {
    return {
      parameters: (this.#arrays.get(averageSlot) ?? this.parameters).slice(),
      statistics: this.statistics.slice(),
    };
  }

  weights(): Weights {
    return this.weightsOf({ parameters: this.parameters, statistics: this.statistics });
  }

  weightsOf(kept: KeptWeights): Weights {
    return mergedWeights(this.#layout, this.#initial, kept);
  }

  slots(): Map<string, Tensor> {
    return new Map(
      this.#slots.map((name) => {
        const data = this.#arrays.get(name)!.slice();
        return [name, { shape: [data.length], data }];
      }),
    );
  }

  keptFrom(slots: Weights, prefix: string): KeptWeights {
    return keptInSlots(this.#layout, slots, prefix);
  }
}
