/** Where examples stand in a figure: cards in rows, a picture and its words below. In pixels. */
import type { PicturedExample } from "./figures/picture";

export interface Card {
  readonly example: PicturedExample;
  /** What a model made of it. */
  readonly verdict?: { readonly right: boolean; readonly words: string };
  readonly words: readonly string[];
}

export interface PlacedCard {
  readonly card: Card;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** What stands in the frame of an example without an image. */
  readonly text: readonly PlacedLine[];
  /** Below the picture, from top to bottom. */
  readonly lines: readonly (PlacedLine & { readonly right?: boolean })[];
}

export interface PlacedLine {
  readonly x: number;
  /** Middle of the line. */
  readonly y: number;
  readonly text: string;
}

const SIDE = 112;
/** Words of a language need longer lines than pictures do. */
const TEXT_WIDTH = 232;
const BETWEEN = 16;
const LINE = 16;
/** Of letters, on average, at 11 and 12 px. */
const LETTER = 6.4;

export function cardLayout(
  cards: readonly Card[],
  available: number,
): { readonly placed: readonly PlacedCard[]; readonly width: number; readonly height: number } {
  const frame = cards.some(({ example }) => example.picture?.kind === "text") ? TEXT_WIDTH : SIDE;
  const columns = Math.max(1, Math.floor((available + BETWEEN) / (frame + BETWEEN)));
  const texts = cards.map(({ example }) => frameText(example, frame));
  // Texts alone need no more room than the longest of them.
  const isImage = cards.some(({ example }) => example.picture?.kind === "image");
  const side = isImage ? SIDE : 12 + LINE * Math.max(1, ...texts.map(({ length }) => length));
  const wordLines = Math.max(0, ...cards.map(({ words, verdict }) => words.length + (verdict ? 1 : 0)));
  const rowHeight = side + 8 + LINE * wordLines + 14;
  const placed = cards.map((card, i): PlacedCard => {
    const left = (i % columns) * (frame + BETWEEN);
    const top = Math.floor(i / columns) * rowHeight;
    const { width, height } = pictureSize(card.example, frame, side);
    const words = [
      ...(card.verdict ? [{ text: card.verdict.words, right: card.verdict.right }] : []),
      ...card.words.map((text) => ({ text })),
    ];
    return {
      ...{ card, x: left, y: top + side - height, width, height },
      text: texts[i]!.map((text, line) => ({ text, x: left + 8, y: top + 14 + LINE * line })),
      lines: words.map((line, place) => ({
        ...line,
        text: shortened(line.text, Math.floor((frame + 8) / LETTER) - (line === words[0] && card.verdict ? 2 : 0)),
        x: left,
        y: top + side + 12 + LINE * place,
      })),
    };
  });
  const rows = Math.max(1, Math.ceil(cards.length / columns));
  const width = Math.min(columns, Math.max(1, cards.length)) * (frame + BETWEEN) - BETWEEN;
  return { placed, width, height: rows * rowHeight - 14 };
}

function pictureSize(
  { picture }: PicturedExample,
  frame: number,
  height: number,
): { readonly width: number; readonly height: number } {
  if (picture?.kind !== "image") return { width: frame, height };
  const scale = SIDE / Math.max(picture.height, picture.width);
  return { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) };
}

function frameText({ index, picture }: PicturedExample, frame: number): string[] {
  if (picture?.kind === "image") return [];
  const columns = Math.floor((frame - 16) / LETTER);
  return wrapped(picture?.text ?? `example ${index}`, columns, Math.floor((SIDE - 8) / LINE));
}

/** Lines of whole words, the last one ending with `…` where not all fits. */
export function wrapped(text: string, columns: number, lines: number): string[] {
  const result: string[] = [];
  for (const word of text.trim().split(/\s+/)) {
    const last = result.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns) result[result.length - 1] = `${last} ${word}`;
    else if (result.length < lines) result.push(shortened(word, columns));
    else return [...result.slice(0, -1), shortened(`${last!}……`, Math.min(columns, last!.length + 1))];
  }
  return result;
}

export function shortened(text: string, columns: number): string {
  return text.length > columns ? `${text.slice(0, Math.max(1, columns - 1))}…` : text;
}
