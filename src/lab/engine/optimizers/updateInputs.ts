import type { TrainRequest } from "../engine";
import { lengthOf, type Slot } from "../parameterLayout";
import type { Feeds } from "../runtime";
import type { OrtTensorClass } from "../trainingState";
import { optimizerRules } from "./optimizerTable";
import { updateNames, updateOptions } from "./writeUpdate";

/** What an update reads beside parameters, slots and gradient: numbers that change with the step, decay and rates by parameter. */
export class UpdateInputs {
  readonly feeds: Feeds;
  readonly #scalars: readonly Float32Array[];
  readonly #scalarsAt: (step: number, learningRate: number) => readonly number[];
  readonly #decayAt: (learningRate: number) => void;
  #learningRate: number | undefined;

  constructor(request: TrainRequest, parameters: readonly Slot[], Tensor: OrtTensorClass) {
    const { decay, factors, optimizer } = updateOptions(request);
    const { weightDecay = 0 } = request.optimizer;
    const rules = optimizerRules(optimizer);
    const length = lengthOf(parameters);
    const factorOf = ({ layer }: Slot) => request.learningRateFactors?.get(layer.name) ?? 1;
    const fill = (into: Float32Array, slots: readonly Slot[], value: (slot: Slot) => number) =>
      slots.forEach((slot) => into.fill(value(slot), slot.offset, slot.offset + slot.size));

    this.#scalars = rules.scalars.map(() => new Float32Array(1));
    this.#scalarsAt = (step, learningRate) => rules.scalarsAt(step, learningRate);
    const kernels = parameters.filter(({ spec }) => spec.role === "kernel");
    const decays = new Float32Array(length);
    if (decay === "gradient") fill(decays, kernels, () => weightDecay);
    else decays.fill(1);
    this.#decayAt =
      decay === "weights"
        ? (learningRate) => fill(decays, kernels, (slot) => 1 - learningRate * factorOf(slot) * weightDecay)
        : () => undefined;
    const rates = new Float32Array(length);
    if (factors) fill(rates, parameters, factorOf);
    this.feeds = {
      ...Object.fromEntries(
        rules.scalars.map((name, i) => [updateNames.scalar(name), new Tensor("float32", this.#scalars[i]!, [])]),
      ),
      ...(decay !== "none" && { [updateNames.decay]: new Tensor("float32", decays, [length]) }),
      ...(factors && { [updateNames.factors]: new Tensor("float32", rates, [length]) }),
    };
  }

  /** @param step From 1. */
  set(step: number, learningRate: number): void {
    this.#scalarsAt(step, learningRate).forEach((value, i) => (this.#scalars[i]![0] = value));
    if (learningRate === this.#learningRate) return;
    this.#learningRate = learningRate;
    this.#decayAt(learningRate);
  }
}
