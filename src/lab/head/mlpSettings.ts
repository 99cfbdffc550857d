import { GraftError } from "../../shared/graftError";

export const DEFAULT_HIDDEN_UNITS = 256;
export const DEFAULT_DROPOUT = 0.5;

/** @throws GraftError `train/hidden-units`. */
export function requireHiddenUnits(hiddenUnits: number): number {
  if (Number.isInteger(hiddenUnits) && hiddenUnits >= 1) return hiddenUnits;
  throw new GraftError({
    code: "train/hidden-units",
    expected: "a whole number of hidden units, at least 1",
    found: String(hiddenUnits),
    remedy: `For example ${DEFAULT_HIDDEN_UNITS}, which is the default`,
  });
}

/** @throws GraftError `train/dropout`. */
export function requireDropout(dropout: number): number {
  if (dropout >= 0 && dropout < 1) return dropout;
  throw new GraftError({
    code: "train/dropout",
    expected: "a part of the hidden units to drop, in [0, 1)",
    found: String(dropout),
    remedy: `For example ${DEFAULT_DROPOUT}, which is the default`,
  });
}
