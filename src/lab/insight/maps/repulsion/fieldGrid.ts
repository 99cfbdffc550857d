import { chunksOf } from "../chunks";
import type { Team } from "../team";
import { kernelSpectra } from "./kernelSpectra";
import { lineTransform } from "./lineTransform";

/** Rows or columns that a task transforms together: as many as fill a line of the cache. */
const LINES = 8;

/**
 * A square grid of `nodes` by `nodes`: charges at its nodes, and what they push each other with, by convolution. The FFT is
 * over twice the nodes each way, of which the other half stays empty, so that nothing comes around the edge. Two real lines are
 * transformed as one complex one.
 */
export interface FieldGrid {
  readonly nodes: number;
  /** `[nodes, nodes]`, by second and then first coordinate. */
  readonly charges: Float64Array;
  /** `[nodes, nodes, 2]`: Σ charge · (d₁, d₂) / (1 + d²)². */
  readonly pushes: Float64Array;
  /** `[nodes, nodes, 2]`: Σ charge / (1 + d²), and zeros; empty where it was not asked for. */
  readonly similarities: Float64Array;
  /** Called by all members: for nodes `spacing` apart from now on. */
  setSpacing(spacing: number): void;
  /** Called by all members. Answers with Σ Σ charge · charge / (1 + d²), over all pairs of nodes. */
  convolve(): number;
}

export function fieldGrid(nodes: number, withSimilarities: boolean, team: Team): FieldGrid {
  const period = 2 * nodes;
  const side = nodes + 1;
  const fft = lineTransform(period);
  const signal = fft.line();
  const spectrum = fft.line();
  const rows = Array.from({ length: LINES }, () => fft.line());
  const kernel = kernelSpectra(nodes, team);
  const charges = new Float64Array(team.memory(8 * nodes * nodes));
  const pushes = new Float64Array(team.memory(16 * nodes * nodes));
  const similarities = new Float64Array(team.memory(withSimilarities ? pushes.byteLength : 0));
  /** By frequency along the first axis, then row: of the charges up to `nodes`, of the fields all of them. */
  const ofCharges = new Float64Array(team.memory(16 * side * nodes));
  const ofPushes = new Float64Array(team.memory(16 * period * nodes));
  const ofSimilarities = new Float64Array(team.memory(withSimilarities ? ofPushes.byteLength : 0));
  const pairs = new Float64Array(team.memory(8 * side));
  const bands = chunksOf(nodes, LINES);
  const columns = chunksOf(side, LINES);

  function transformBand(band: number): void {
    const first = bands.from(band);
    for (let line = 0; line < LINES; line += 2) {
      const [even, odd] = [(first + line) * nodes, (first + line + 1) * nodes];
      signal.fill(0);
      for (let k = 0; k < nodes; k++) {
        signal[2 * k] = charges[even + k]!;
        signal[2 * k + 1] = charges[odd + k]!;
      }
      fft.transform(rows[line]!, signal);
    }
    for (let u = 0; u <= nodes; u++) {
      const here = 2 * u;
      const mirrored = 2 * ((period - u) % period);
      let to = 2 * (u * nodes + first);
      for (let line = 0; line < LINES; line += 2) {
        const row = rows[line]!;
        ofCharges[to++] = (row[here]! + row[mirrored]!) / 2;
        ofCharges[to++] = (row[here + 1]! - row[mirrored + 1]!) / 2;
        ofCharges[to++] = (row[here + 1]! + row[mirrored + 1]!) / 2;
        ofCharges[to++] = (row[mirrored]! - row[here]!) / 2;
      }
    }
  }

  function transformColumn(u: number): void {
    signal.fill(0);
    for (let k = 0, from = 2 * u * nodes; k < 2 * nodes; k++) signal[k] = ofCharges[from + k]!;
    fft.transform(spectrum, signal);
    let sum = 0;
    for (let v = 0; v < period; v++) {
      const power = spectrum[2 * v]! ** 2 + spectrum[2 * v + 1]! ** 2;
      sum += power * kernel.similarity[u * side + (v <= nodes ? v : period - v)]!;
    }
    const isAlone = u === 0 || u === nodes;
    pairs[u] = isAlone ? sum : 2 * sum;
    pushColumn(u, 1);
    if (withSimilarities) similarityColumn(u, 1);
    if (isAlone) return;
    // The charges are real, so the frequency -u has the conjugate, backwards.
    conjugateBackwards(spectrum, period);
    pushColumn(u, -1);
    if (withSimilarities) similarityColumn(u, -1);
  }

  /** i (along + i across) times the spectrum, transformed back along the column. */
  function pushColumn(u: number, sign: 1 | -1): void {
    for (let v = 0; v < period; v++) {
      const frequency = u * side + (v <= nodes ? v : period - v);
      const along = sign * kernel.pushAlong[frequency]!;
      const across = v <= nodes ? kernel.pushAcross[frequency]! : -kernel.pushAcross[frequency]!;
      const re = spectrum[2 * v]!;
      const im = spectrum[2 * v + 1]!;
      signal[2 * v] = -along * im - across * re;
      signal[2 * v + 1] = along * re - across * im;
    }
    columnBack(ofPushes, sign === 1 ? u : period - u);
  }

  function similarityColumn(u: number, sign: 1 | -1): void {
    for (let v = 0; v < period; v++) {
      const weight = kernel.similarity[u * side + (v <= nodes ? v : period - v)]!;
      signal[2 * v] = weight * spectrum[2 * v]!;
      signal[2 * v + 1] = weight * spectrum[2 * v + 1]!;
    }
    columnBack(ofSimilarities, sign === 1 ? u : period - u);
  }

  /** A forward transform read backwards is an inverse one. */
  function columnBack(to: Float64Array, u: number): void {
    const back = rows[0]!;
    fft.transform(back, signal);
    for (let k = 0, at = 2 * u * nodes; k < nodes; k++) {
      const from = 2 * ((period - k) % period);
      to[at++] = back[from]!;
      to[at++] = back[from + 1]!;
    }
  }

  function bandBack(band: number, from: Float64Array, to: Float64Array): void {
    const first = bands.from(band);
    for (let u = 0; u < period; u++) {
      for (let line = 0, at = 2 * (u * nodes + first); line < LINES; line++) {
        const row = rows[line]!;
        row[2 * u] = from[at++]!;
        row[2 * u + 1] = from[at++]!;
      }
    }
    for (let line = 0; line < LINES; line++) {
      fft.transform(spectrum, rows[line]!);
      for (let k = 0, at = 2 * (first + line) * nodes; k < nodes; k++) {
        const back = 2 * ((period - k) % period);
        to[at++] = spectrum[back]!;
        to[at++] = spectrum[back + 1]!;
      }
    }
  }

  return {
    nodes,
    charges,
    pushes,
    similarities,
    setSpacing: (spacing) => kernel.fill(spacing),
    convolve() {
      team.share(bands.count, transformBand);
      team.share(columns.count, (column) => {
        for (let u = columns.from(column); u < columns.to(column); u++) transformColumn(u);
      });
      team.share(bands.count, (band) => {
        bandBack(band, ofPushes, pushes);
        if (withSimilarities) bandBack(band, ofSimilarities, similarities);
      });
      let sum = 0;
      for (let u = 0; u < side; u++) sum += pairs[u]!;
      return sum;
    },
  };
}

function conjugateBackwards(spectrum: number[], period: number): void {
  spectrum[1] = -spectrum[1]!;
  for (let v = 1; v <= period / 2; v++) {
    const a = 2 * v;
    const b = 2 * (period - v);
    const re = spectrum[a]!;
    const im = spectrum[a + 1]!;
    spectrum[a] = spectrum[b]!;
    spectrum[a + 1] = -spectrum[b + 1]!;
    spectrum[b] = re;
    spectrum[b + 1] = -im;
  }
}
