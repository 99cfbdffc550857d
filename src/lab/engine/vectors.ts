/** Four sums side by side: one alone would wait for each addition before the next. Declared one by one, V8 keeps them in registers. */
export function dot(a: Float64Array, b: Float64Array): number {
  let s = 0;
  let t = 0;
  let u = 0;
  let v = 0;
  let i = 0;
  for (const end = a.length - 3; i < end; i += 4) {
    s += a[i]! * b[i]!;
    t += a[i + 1]! * b[i + 1]!;
    u += a[i + 2]! * b[i + 2]!;
    v += a[i + 3]! * b[i + 3]!;
  }
  for (; i < a.length; i++) s += a[i]! * b[i]!;
  return s + t + (u + v);
}

/** `to += factor · vector`, in place. */
export function addScaled(to: Float64Array, vector: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i]! += factor * vector[i]!;
}

/** `a + factor · b`, a new vector. */
export function combined(a: Float64Array, b: Float64Array, factor: number): Float64Array {
  const result = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) result[i] = a[i]! + factor * b[i]!;
  return result;
}

/** The largest absolute component. */
export function largest(vector: Float64Array): number {
  let most = 0;
  for (const value of vector) most = Math.max(most, Math.abs(value));
  return most;
}
