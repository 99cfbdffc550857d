/**
 * TensorBoard's smoothing: an exponential moving average, divided by the weight that it has seen, so that the first values do not pull it. What came
 * before weighs `weight` after one `unit` of x, so that a series with fewer points is smoothed over the same stretch. What is not finite stays a gap.
 */
export function movingAverage(x: readonly number[], y: readonly number[], weight: number, unit: number): number[] {
  let sum = 0;
  let seen = 0;
  let last = x[0] ?? 0;
  return y.map((value, i) => {
    if (!Number.isFinite(value)) return NaN;
    const kept = weight ** ((x[i]! - last) / unit);
    last = x[i]!;
    sum = sum * kept + value;
    seen = seen * kept + 1;
    return sum / seen;
  });
}
