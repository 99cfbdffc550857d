import { GraftError } from "../../shared/graftError";
import type { Divergence } from "../engine/engine";
import { divergenceError } from "../train/divergenceError";

/** What a pre-training throws that came to NaN or infinity. There is no model yet that could keep good weights. */
export function pretrainDiverged(divergence: Divergence): GraftError {
  const { expected, found } = divergenceError(divergence);
  return new GraftError({
    code: "pretrain/diverged",
    ...{ expected, found },
    remedy: "Lower learningRate, for example to a tenth",
  });
}
