import type { Divergence } from "../engine/engine";
import { GraftError } from "../../shared/graftError";

export function divergenceError({ step, learningRate, layer, what }: Divergence): GraftError {
  const where = layer === undefined ? "" : ` of layer "${layer}"`;
  return new GraftError({
    code: "train/diverged",
    expected: "training to keep loss and weights finite",
    found: `${what === "loss" ? "a loss" : `${what}${where}`} with NaN or infinity at step ${step}, learning rate ${learningRate}`,
    remedy: "Lower the learning rate, for example to a tenth, or set clipNorm; the model keeps the last good weights",
  });
}
