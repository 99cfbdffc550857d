import FFT from "fft.js";

/** Forward Fourier transforms of complex lines of one length, real and imaginary parts side by side. */
export interface LineTransform {
  /** A line of zeros. */
  line(): number[];
  transform(to: number[], from: readonly number[]): void;
}

/**
 * For lengths that are a power of two or three times one: fft.js takes powers of two, and three of those make the other (Cooley
 * & Tukey 1965, radix 3). Without these in between, a grid that just does not fit would have to become four times as large.
 */
export function lineTransform(length: number): LineTransform {
  const line = () => Array.from({ length: 2 * length }, () => 0);
  if (length % 3 !== 0) {
    const fft = new FFT(length);
    return { line, transform: (to, from) => fft.transform(to, from) };
  }
  const third = length / 3;
  const fft = new FFT(third);
  const part = Array.from({ length: 2 * third }, () => 0);
  const spectra = [0, 1, 2].map(() => Array.from({ length: 2 * third }, () => 0)) as [number[], number[], number[]];
  const cosines = Float64Array.from({ length: 2 * third }, (_, k) => Math.cos((2 * Math.PI * k) / length));
  const sines = Float64Array.from({ length: 2 * third }, (_, k) => -Math.sin((2 * Math.PI * k) / length));
  const half = Math.sqrt(3) / 2;
  return {
    line,
    transform(to, from) {
      for (let offset = 0; offset < 3; offset++) {
        for (let k = 0, at = 2 * offset; k < third; k++, at += 6) {
          part[2 * k] = from[at]!;
          part[2 * k + 1] = from[at + 1]!;
        }
        fft.transform(spectra[offset]!, part);
      }
      const [a, b, c] = spectra;
      for (let k = 0; k < third; k++) {
        const re = 2 * k;
        const im = re + 1;
        const bRe = b[re]! * cosines[k]! - b[im]! * sines[k]!;
        const bIm = b[re]! * sines[k]! + b[im]! * cosines[k]!;
        const cRe = c[re]! * cosines[re]! - c[im]! * sines[re]!;
        const cIm = c[re]! * sines[re]! + c[im]! * cosines[re]!;
        const sumRe = bRe + cRe;
        const sumIm = bIm + cIm;
        const turnedRe = half * (bIm - cIm);
        const turnedIm = half * (cRe - bRe);
        to[re] = a[re]! + sumRe;
        to[im] = a[im]! + sumIm;
        to[2 * third + re] = a[re]! - sumRe / 2 + turnedRe;
        to[2 * third + im] = a[im]! - sumIm / 2 + turnedIm;
        to[4 * third + re] = a[re]! - sumRe / 2 - turnedRe;
        to[4 * third + im] = a[im]! - sumIm / 2 - turnedIm;
      }
    },
  };
}
