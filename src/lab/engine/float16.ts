/**
 * IEEE 754 half precision as bits in a `Uint16Array`: Node 20 has no Float16Array. Rounds to nearest, ties to even, as
 * hardware does; beyond 65504 there is only infinity, see `fitsFloat16`.
 */

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);
/** From here on a number rounds to infinity: halfway between the largest half (65504) and what would be the next. */
const overflow = 65520;

/** The bits of the half nearest to a float32. */
export function toFloat16(value: number): number {
  float[0] = value;
  const bits = word[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fff_ffff;
  if (magnitude > 0x7f80_0000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x4780_0000) return sign | 0x7c00; // 65536 and more
  if (magnitude >= 0x3880_0000) {
    // Normal: exponents are biased by 15 instead of 127. A carry out of the mantissa rightly raises the exponent.
    const rebiased = magnitude - 0x3800_0000;
    return sign | ((rebiased + 0xfff + ((rebiased >>> 13) & 1)) >>> 13);
  }
  // Subnormal: a multiple of 2^-24.
  const shift = 126 - (magnitude >>> 23);
  if (shift > 24) return sign;
  const mantissa = (magnitude & 0x7f_ffff) | 0x80_0000;
  const down = mantissa >>> shift;
  const rest = mantissa & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return sign | (rest > half || (rest === half && (down & 1) === 1) ? down + 1 : down);
}

/** The number that the bits of a half mean. Exact: every half is a float32. */
export function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Infinity : NaN;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

export function encodeFloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) bits[i] = toFloat16(values[i]!);
  return bits;
}

let table: Float32Array | undefined;

/** Writes `bits.length` numbers into `into`, beginning at index `at`. */
export function decodeFloat16(bits: Uint16Array, into: Float32Array, at: number): void {
  table ??= Float32Array.from({ length: 1 << 16 }, (_, half) => fromFloat16(half));
  for (let i = 0; i < bits.length; i++) into[at + i] = table[bits[i]!]!;
}

/** False when a finite number would become infinite. */
export function fitsFloat16(values: Float32Array): boolean {
  for (const value of values) {
    const magnitude = Math.abs(value);
    if (magnitude >= overflow && magnitude !== Infinity) return false;
  }
  return true;
}
