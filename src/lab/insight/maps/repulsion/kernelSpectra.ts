import { chunksOf } from "../chunks";
import type { Team } from "../team";
import { lineTransform } from "./lineTransform";

/**
 * Spectra of what points push each other with, on a periodic grid of `2 nodes` by `2 nodes`. Similarity is even in both
 * directions, so its spectrum is real; the push along one axis is odd along it, so its spectrum is i times a real one. All
 * are given for frequencies 0 … nodes, `[nodes + 1, nodes + 1]`, along the first axis and then the second, and divided by
 * the size of the grid, which makes forward transforms inverse ones, and by what the splines do to them.
 */
export interface KernelSpectra {
  /** Of 1 / (1 + d²). */
  readonly similarity: Float64Array;
  /** Of d₁ / (1 + d²)², without its i. */
  readonly pushAlong: Float64Array;
  /** Of d₂ / (1 + d²)², without its i: the former, transposed. */
  readonly pushAcross: Float64Array;
}

const LINES = 8;

/** What spreading by cubic B-splines and interpolating by them again makes of a frequency, in radians a node. */
function splineSmoothing(frequency: number): number {
  return ((2 + Math.cos(frequency)) / 3) ** 2;
}

export function kernelSpectra(nodes: number, team: Team): { fill(spacing: number): void } & KernelSpectra {
  const period = 2 * nodes;
  const side = nodes + 1;
  const fft = lineTransform(period);
  const signal = fft.line();
  const spectrum = fft.line();
  const memory = () => new Float64Array(team.memory(8 * side * side));
  const similarityOfRows = memory();
  const pushOfRows = memory();
  const similarity = memory();
  const pushAlong = memory();
  const pushAcross = memory();
  const lines = chunksOf(side, LINES);
  const smoothing = (u: number) => splineSmoothing((2 * Math.PI * u) / period);

  /** Row `row` of both kernels, transformed along the row as one complex signal: even ones give real, odd ones imaginary spectra. */
  function transformRow(row: number, spacing: number): void {
    for (let k = 0; k < period; k++) {
      const along = (k <= nodes ? k : k - period) * spacing;
      const weight = 1 / (1 + along * along + (row * spacing) ** 2);
      signal[2 * k] = weight;
      signal[2 * k + 1] = k === nodes ? 0 : along * weight * weight;
    }
    fft.transform(spectrum, signal);
    for (let u = 0; u <= nodes; u++) {
      const here = spectrum[2 * u]!;
      const mirrored = spectrum[2 * ((period - u) % period)]!;
      similarityOfRows[u * side + row] = (here + mirrored) / 2;
      pushOfRows[u * side + row] = (mirrored - here) / 2;
    }
  }

  function transformColumn(u: number): void {
    for (let k = 0; k < period; k++) {
      const row = u * side + (k <= nodes ? k : period - k);
      signal[2 * k] = similarityOfRows[row]!;
      signal[2 * k + 1] = pushOfRows[row]!;
    }
    fft.transform(spectrum, signal);
    for (let v = 0; v <= nodes; v++) {
      const scale = 1 / (period * smoothing(u) * period * smoothing(v));
      similarity[u * side + v] = scale * spectrum[2 * v]!;
      pushAlong[u * side + v] = scale * spectrum[2 * v + 1]!;
      pushAcross[v * side + u] = scale * spectrum[2 * v + 1]!;
    }
  }

  return {
    similarity,
    pushAlong,
    pushAcross,
    fill(spacing) {
      team.share(lines.count, (line) => {
        for (let row = lines.from(line); row < lines.to(line); row++) transformRow(row, spacing);
      });
      team.share(lines.count, (line) => {
        for (let u = lines.from(line); u < lines.to(line); u++) transformColumn(u);
      });
    },
  };
}
