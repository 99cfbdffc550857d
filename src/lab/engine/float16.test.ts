import { expect, test } from "vitest";
import { decodeFloat16, encodeFloat16, fitsFloat16, fromFloat16, toFloat16 } from "./float16";

// IEEE 754-2008, binary16: 1 sign, 5 exponent, 10 mantissa bits.
test.each([
  [0, 0x0000],
  [-0, 0x8000],
  [1, 0x3c00],
  [-2, 0xc000],
  [65504, 0x7bff],
  [65519.99609375, 0x7bff],
  [65520, 0x7c00],
  [1e30, 0x7c00],
  [Infinity, 0x7c00],
  [-Infinity, 0xfc00],
  [2 ** -14, 0x0400],
  [2 ** -24, 0x0001],
  [2 ** -25, 0x0000], // tie, to even
  [1.5 * 2 ** -24, 0x0002], // tie, to even
  [2 ** -25 * (1 + 2 ** -20), 0x0001],
  [-(2 ** -24), 0x8001],
  [1023.75 * 2 ** -24, 0x0400], // the largest subnormal carries into the smallest normal
  [2 ** -140, 0x0000],
  [1 + 2 ** -11, 0x3c00], // tie, to even
  [1 + 3 * 2 ** -11, 0x3c02], // tie, to even
  [1 + 2 ** -11 + 2 ** -20, 0x3c01],
  [2 - 2 ** -12, 0x4000], // carries into the exponent
])("%d has the bits %d", (value, bits) => {
  expect(toFloat16(value)).toBe(bits);
});

test("NaN stays NaN", () => {
  expect(fromFloat16(toFloat16(NaN))).toBeNaN();
});

test("every half comes back as itself", () => {
  const halves = Uint16Array.from({ length: 1 << 16 }, (_, bits) => bits);
  const decoded = new Float32Array(1 + halves.length);
  decodeFloat16(halves, decoded, 1);
  encodeFloat16(decoded.subarray(1)).forEach((bits, i) => {
    const isNan = (i & 0x7c00) === 0x7c00 && (i & 0x3ff) !== 0;
    if (isNan ? !Number.isNaN(fromFloat16(bits)) : bits !== i) expect.fail(`${i} became ${bits}`);
  });
});

test("no half is nearer than the chosen one", () => {
  let state = 1;
  for (let n = 0; n < 20_000; n++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const value = Math.fround(((state / 2 ** 32) * 2 - 1) * 2 ** ((n % 40) - 25));
    const bits = toFloat16(value);
    const distance = Math.abs(fromFloat16(bits) - value);
    for (const neighbour of [bits - 1, bits + 1]) {
      const other = Math.abs(fromFloat16(neighbour & 0xffff) - value);
      if (other < distance) expect.fail(`${value} became ${fromFloat16(bits)}, ${neighbour} is nearer`);
    }
  }
});

test("what would become infinite does not fit", () => {
  expect(fitsFloat16(Float32Array.of(65519, -65504, Infinity, NaN))).toBe(true);
  expect(fitsFloat16(Float32Array.of(1, -65520))).toBe(false);
});
