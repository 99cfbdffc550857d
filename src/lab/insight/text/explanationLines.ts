import { explainedWords } from "../../../shared/explainedWords";
import type { ExplanationFigure } from "../../../shared/figure";

export function explanationLines({ examples }: ExplanationFigure): string[] {
  return examples.map((example) => {
    const { index, warmest, height, width } = example;
    const where = warmest === undefined ? "no heat" : `warmest at row ${warmest[0]}, column ${warmest[1]}`;
    return `  ${index}: ${explainedWords(example)}; ${where} of ${height} x ${width}`;
  });
}
