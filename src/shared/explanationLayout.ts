/** Where the pictures of an explanation stand: pairs in rows, the image and beside it the same under its heat. In pixels. */
import type { ExplainedExample } from "./figure";

export const PICTURE = 112;
const GAP = 8;
const BETWEEN = 26;
const WORDS = 30;

export interface PlacedPicture {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedExample {
  readonly example: ExplainedExample;
  readonly plain: PlacedPicture;
  readonly warm: PlacedPicture;
  /** Left end of its words, at their middle. */
  readonly words: readonly [x: number, y: number];
}

export function explanationLayout(
  examples: readonly ExplainedExample[],
  available: number,
): { readonly placed: readonly PlacedExample[]; readonly width: number; readonly height: number } {
  const pair = 2 * PICTURE + GAP;
  const columns = Math.max(1, Math.floor((available + BETWEEN) / (pair + BETWEEN)));
  const placed = examples.map((example, i): PlacedExample => {
    const x = (i % columns) * (pair + BETWEEN);
    const y = Math.floor(i / columns) * (PICTURE + WORDS);
    const scale = PICTURE / Math.max(example.height, example.width);
    const [height, width] = [Math.round(example.height * scale), Math.round(example.width * scale)];
    const plain = { x, y: y + PICTURE - height, width, height };
    return { example, plain, warm: { ...plain, x: x + width + GAP }, words: [x, y + PICTURE + WORDS / 2] };
  });
  const rows = Math.ceil(examples.length / columns);
  const width = Math.min(columns, Math.max(1, examples.length)) * (pair + BETWEEN) - BETWEEN;
  return { placed, width, height: Math.max(1, rows) * (PICTURE + WORDS) };
}
