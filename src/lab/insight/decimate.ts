/**
 * Indices that keep a line's shape with at most `limit` points (at least 4): of each stretch the lowest and the highest
 * value, in order, and both ends. Returns all indices when they are few enough.
 */
export function decimate(y: ArrayLike<number>, limit: number): number[] {
  const n = y.length;
  if (n <= limit) return Array.from({ length: n }, (_, index) => index);
  const kept = [0];
  for (const [from, to] of stretches(n, limit)) {
    let low = from;
    let high = from;
    for (let i = from + 1; i < to; i++) {
      // Written so that a value that is not finite gives way to any other.
      if (!(y[i]! >= y[low]!)) low = i;
      if (!(y[i]! <= y[high]!)) high = i;
    }
    kept.push(Math.min(low, high));
    if (low !== high) kept.push(Math.max(low, high));
  }
  kept.push(n - 1);
  return kept;
}

/** The mean of `x` and of the finite `y` in each of the stretches from which `decimate` takes the extremes. */
export function stretchMeans(x: ArrayLike<number>, y: ArrayLike<number>, limit: number): { x: number[]; y: number[] } {
  const means: { x: number[]; y: number[] } = { x: [], y: [] };
  for (const [from, to] of stretches(y.length, limit)) {
    let sum = 0;
    let finite = 0;
    for (let i = from; i < to; i++) {
      if (!Number.isFinite(y[i])) continue;
      sum += y[i]!;
      finite++;
    }
    means.x.push(Math.round((x[from]! + x[to - 1]!) / 2));
    means.y.push(sum / finite);
  }
  return means;
}

/** Without the first and the last point, which are always kept. */
function stretches(n: number, limit: number): [from: number, to: number][] {
  const count = Math.floor((limit - 2) / 2);
  const start = (s: number) => 1 + Math.floor((s * (n - 2)) / count);
  return Array.from({ length: count }, (_, s) => [start(s), start(s + 1)]);
}
