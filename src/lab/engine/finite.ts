/** Index of the first number that is NaN or infinite; -1 when all are finite. */
export function firstNotFinite(data: Float32Array): number {
  return allFinite(data) ? -1 : data.findIndex((value) => !Number.isFinite(value));
}

/**
 * Looks at the bits: NaN and infinity have an exponent of ones, and one more than that reaches the sign bit. Features are
 * scanned before each training, which may be short.
 */
export function allFinite({ buffer, byteOffset, length }: Float32Array): boolean {
  const words = new Int32Array(buffer, byteOffset, length);
  let signs = 0;
  for (let i = 0; i < length; i++) signs |= (words[i]! & 0x7fffffff) + 0x00800000;
  return signs >= 0;
}
