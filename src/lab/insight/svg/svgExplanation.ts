import { explainedWords } from "../../../shared/explainedWords";
import { explanationLayout, type PlacedPicture } from "../../../shared/explanationLayout";
import type { ExplanationFigure } from "../../../shared/figure";
import { figureCaption } from "../../../shared/figureCaption";
import { text, theme, titled, WIDTH } from "./svgParts";

/** Pairs of pictures, each with its class and probability below. */
export function svgExplanation(figure: ExplanationFigure): string {
  const { placed, height } = explanationLayout(figure.examples, WIDTH - 8);
  const body = placed.flatMap(({ example, plain, warm, words: [x, y] }) => [
    picture(example.image, plain),
    picture(example.image, warm),
    picture(example.heat, warm),
    text(x + 4, y + 4, explainedWords(example), { fill: theme.foreground }),
  ]);
  return titled(figure.title, figureCaption(figure), height, body);
}

function picture(source: string, { x, y, width, height }: PlacedPicture): string {
  return `<image href="${source}" x="${x + 4}" y="${y}" width="${width}" height="${height}"/>`;
}
