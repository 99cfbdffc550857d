import { GraftError } from "../../shared/graftError";

/**
 * Scale and offset of a preprocessing from mean and standard deviation of each channel, as they stand in model cards: pixels in [0, 1],
 * minus the mean, divided by the standard deviation.
 *
 * @throws GraftError `backbone/preprocessing-std` for a deviation that is not positive, `backbone/preprocessing-channels` for
 * another number of means than deviations.
 *
 * @example
 * ```ts
 * import { meanAndStd } from "graft";
 *
 * // ImageNet's, in the order red, green, blue.
 * const { scale, offset } = meanAndStd([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
 * const preprocessing = { scale, offset, fit: { mode: "centerCrop", shorterSide: 256 } };
 * ```
 */
export function meanAndStd(
  mean: readonly number[],
  std: readonly number[],
): { readonly scale: number[]; readonly offset: number[] } {
  if (mean.length !== std.length) {
    throw new GraftError({
      code: "backbone/preprocessing-channels",
      expected: "one mean and one standard deviation for each channel",
      found: `${mean.length} means and ${std.length} deviations`,
      remedy: "Give both for all channels",
    });
  }
  if (!std.every((value) => value > 0 && Number.isFinite(value))) {
    throw new GraftError({
      code: "backbone/preprocessing-std",
      expected: "standard deviations above 0",
      found: std.join(", "),
      remedy: "Take those of the data that the model was trained on",
    });
  }
  return { scale: std.map((value) => 1 / (255 * value)), offset: mean.map((value, i) => -value / std[i]!) };
}
