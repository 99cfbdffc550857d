/** What `writeUpdate` writes into an ONNX graph, done here and now: for engines that have no such graphs. The same order, the same slots. */
import type { TrainRequest } from "../engine";
import { lengthOf, type Slot } from "../parameterLayout";
import type { Arrays } from "../pingPong";
import { optimizerRules } from "./optimizerTable";
import { averageSlot, updateOptions, type UpdateOptions } from "./writeUpdate";

export class AppliedUpdate {
  readonly #options: UpdateOptions;
  readonly #weightDecay: number;
  /** By parameter, as flat arrays. */
  readonly #decays: Float32Array;
  readonly #factors: Float32Array;

  constructor(request: TrainRequest, parameters: readonly Slot[]) {
    this.#options = updateOptions(request);
    this.#weightDecay = request.optimizer.weightDecay ?? 0;
    this.#decays = new Float32Array(lengthOf(parameters));
    this.#factors = new Float32Array(lengthOf(parameters)).fill(1);
    for (const { layer, spec, offset, size } of parameters) {
      if (spec.role === "kernel") this.#decays.fill(this.#weightDecay, offset, offset + size);
      this.#factors.fill(request.learningRateFactors?.get(layer.name) ?? 1, offset, offset + size);
    }
  }

  /**
   * Changes parameters and slots in place; the gradient is used up.
   *
   * @param step From 1.
   */
  apply(parameters: Float32Array, slots: Arrays, gradient: Float32Array, step: number, learningRate: number): void {
    const { optimizer, decay, clipNorm, emaDecay } = this.#options;
    if (clipNorm !== undefined) clip(gradient, clipNorm);
    if (decay === "gradient") {
      for (let i = 0; i < gradient.length; i++) gradient[i]! += this.#decays[i]! * parameters[i]!;
    }
    if (decay === "weights") {
      for (let i = 0; i < parameters.length; i++) {
        parameters[i]! *= 1 - learningRate * this.#factors[i]! * this.#decays[i]!;
      }
    }
    const rules = optimizerRules(optimizer);
    rules.apply(
      rules.slots.map((name) => slots.get(name)!),
      rules.scalarsAt(step, learningRate),
      gradient,
    );
    for (let i = 0; i < parameters.length; i++) parameters[i]! -= gradient[i]! * this.#factors[i]!;
    if (emaDecay === undefined) return;
    const average = slots.get(averageSlot)!;
    for (let i = 0; i < average.length; i++) average[i] = average[i]! * emaDecay + parameters[i]! * (1 - emaDecay);
  }
}

/** To this global norm, where it is larger. */
function clip(gradient: Float32Array, norm: number): void {
  const own = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0));
  if (own <= norm) return;
  const factor = norm / own;
  for (let i = 0; i < gradient.length; i++) gradient[i]! *= factor;
}
