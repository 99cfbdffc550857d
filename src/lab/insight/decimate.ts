/**
 * Indices that keep a line's shape with at most `limit` points (at least 4): of each stretch the lowest and the highest
 * value, in order, and both ends. Returns all indices when they are few enough.
 */
export function decimate(y: readonly number[], limit: number): number[] {
  const n = y.length;
  if (n <= limit) return Array.from(y, (_, index) => index);
  const stretches = Math.floor((limit - 2) / 2);
  const kept = [0];
  for (let s = 0; s < stretches; s++) {
    const from = 1 + Math.floor((s * (n - 2)) / stretches);
    const to = 1 + Math.floor(((s + 1) * (n - 2)) / stretches);
    let low = from;
    let high = from;
    for (let i = from + 1; i < to; i++) {
      if (y[i]! < y[low]!) low = i;
      if (y[i]! > y[high]!) high = i;
    }
    kept.push(Math.min(low, high));
    if (low !== high) kept.push(Math.max(low, high));
  }
  kept.push(n - 1);
  return kept;
}
