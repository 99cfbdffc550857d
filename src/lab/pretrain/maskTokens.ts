/** Texts as a masked language model is trained on them: some tokens of a window are hidden, and asked for (Devlin et al. 2019, appendix A.1). */
import type { Rng } from "../../shared/rng";
import type { Examples } from "../engine/engine";
import type { Tokenizer } from "../text/tokenizer";

/** Of the tokens asked for: hidden behind the mask, replaced by another, and the rest left as it is. */
const HIDDEN = 0.8;
const REPLACED = 0.1;
/** One token alone has nothing around it to be guessed from. */
const LEAST_TOKENS = 2;
/** No target, and no place. */
const NONE = -1;

export interface Masking {
  readonly tokenizer: Tokenizer;
  readonly maskId: number;
  /** Tokens of a window. */
  readonly length: number;
  /** Part of a window's tokens that are asked for, in (0, 1). */
  readonly rate: number;
}

/** All tokens of the texts, window by window; the last one of a text may be shorter. */
export function tokenWindows(texts: readonly string[], { tokenizer, length }: Masking): readonly (readonly number[])[] {
  return texts.flatMap((text) => {
    const ids = tokenizer.encode(text);
    const windows = Array.from({ length: Math.ceil(ids.length / length) }, (_, i) =>
      ids.slice(i * length, (i + 1) * length),
    );
    return windows.filter((window) => window.length >= LEAST_TOKENS);
  });
}

/** How many tokens of a window are asked for: a part of them, and at least one. */
export function askedOf(tokens: number, rate: number): number {
  return Math.max(1, Math.round(rate * tokens));
}

/**
 * Rows of ids and places for the graph of `maskedTokenGraph`: `views` times all windows, each time with other tokens hidden. A row's weight is its part of the
 * tokens that are asked for, so that the mean loss is one over these.
 */
export function maskedExamples(
  windows: readonly (readonly number[])[],
  masking: Masking,
  views: number,
  rng: Rng,
): Examples {
  const { length, rate } = masking;
  const most = askedOf(length, rate);
  const rows = windows.length * views;
  const width = length + most;
  const data = shared(rows * width);
  const targets = shared(rows * most).fill(NONE);
  for (let row = 0; row < rows; row++) {
    const ids = windows[row % windows.length]!;
    const input = data.subarray(row * width, (row + 1) * width);
    input.set(ids);
    input.fill(NONE, length);
    // The first of a permutation, without drawing the rest.
    const places = Uint32Array.from(ids, (_, place) => place);
    for (let i = 0; i < askedOf(ids.length, rate); i++) {
      const other = i + rng.below(places.length - i);
      const place = places[other]!;
      places[other] = places[i]!;
      input[length + i] = place;
      targets[row * most + i] = ids[place]!;
      input[place] = replacement(ids[place]!, masking, rng);
    }
  }
  const counts = windows.map((ids) => askedOf(ids.length, rate));
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return {
    features: { shape: [rows, width], data },
    targets: { shape: [rows, most], data: targets },
    sampleWeights: Float32Array.from({ length: rows }, (_, row) => counts[row % windows.length]! / mean),
    views,
  };
}

function replacement(id: number, { tokenizer, maskId }: Masking, rng: Rng): number {
  const chance = rng.uniform();
  if (chance < HIDDEN) return maskId;
  return chance < HIDDEN + REPLACED ? anyToken(tokenizer, rng) : id;
}

function anyToken(tokenizer: Tokenizer, rng: Rng): number {
  for (;;) {
    const id = rng.below(tokenizer.vocabularySize);
    if (!tokenizer.isSpecial(id)) return id;
  }
}

/** The engine's thread reads them where they are. */
function shared(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(4 * length));
}
