/** Where reconstructions stand: a row for each stage with its words at the left, a column for each image. In pixels. */
import type { ReconstructionRow, ReconstructionsFigure } from "./figures/reconstructionsFigure";

const WORDS = 138;
const GAP = 6;
const LARGEST = 72;
const SMALLEST = 20;

export interface PlacedReconstructions {
  readonly rows: readonly {
    readonly row: ReconstructionRow;
    /** From top to bottom; `y` is the middle of the line. */
    readonly words: readonly { readonly text: string; readonly y: number }[];
    readonly pictures: readonly {
      readonly index: number;
      readonly image: string;
      readonly error?: number;
      readonly x: number;
      readonly y: number;
    }[];
  }[];
  /** Of each picture. */
  readonly pictureWidth: number;
  readonly pictureHeight: number;
  readonly height: number;
}

export function reconstructionsLayout(figure: ReconstructionsFigure, available: number): PlacedReconstructions {
  const { indices, rows } = figure;
  const fitting = Math.floor((available - WORDS) / Math.max(1, indices.length)) - GAP;
  const side = Math.max(SMALLEST, Math.min(LARGEST, fitting));
  const scale = side / Math.max(figure.height, figure.width);
  const [pictureWidth, pictureHeight] = [Math.round(figure.width * scale), Math.round(figure.height * scale)];
  const rowHeight = Math.max(pictureHeight, 36) + GAP;
  return {
    rows: rows.map((row, i) => {
      const top = i * rowHeight;
      const lines = rowWords(row);
      return {
        row,
        words: lines.map((text, line) => ({ text, y: top + pictureHeight / 2 + 16 * (line - (lines.length - 1) / 2) })),
        pictures: row.images.map((image, place) => ({
          ...{ index: indices[place]!, image, x: WORDS + place * (pictureWidth + GAP), y: top },
          ...(row.errors && { error: row.errors[place]! }),
        })),
      };
    }),
    ...{ pictureWidth, pictureHeight, height: rows.length * rowHeight },
  };
}

/** What stands beside a row: which it is, and how far it is from the originals. */
export function rowWords(row: ReconstructionRow): readonly string[] {
  const { name, depth, units } = row;
  const stage = depth === 0 ? name : `${depth}: ${name}${units === undefined ? "" : ` (${units})`}`;
  const error = meanError(row);
  return error === undefined ? [stage] : [stage, `error ${errorText(error)}`];
}

/** Over the images that are shown. */
export function meanError({ errors }: ReconstructionRow): number | undefined {
  return errors && errors.reduce((sum, error) => sum + error, 0) / Math.max(1, errors.length);
}

export function errorText(error: number): string {
  return error.toFixed(4);
}
