import { comparisonTable } from "../../shared/comparisonTable";
import type { ComparisonFigure, CurvesFigure, ExplanationFigure, Figure } from "../../shared/figure";
import { explainedWords } from "../../shared/explainedWords";
import { figureCaption } from "../../shared/figureCaption";
import { sparkline } from "./sparkline";

/** The figure for a terminal: a sparkline a curve, a table, or a map's size and quality. */
export function figureText(figure: Figure): string {
  const caption = figureCaption(figure).map((sentence) => `  ${sentence}`);
  switch (figure.kind) {
    case "curves":
      return [figure.title, ...curveLines(figure), ...caption].join("\n");
    case "embedding":
      return [figure.title, ...caption].join("\n");
    case "comparison":
      return [figure.title, ...tableLines(figure), ...caption].join("\n");
    case "explanation":
      return [figure.title, ...explanationLines(figure), ...caption].join("\n");
  }
}

function curveLines({ series }: CurvesFigure): string[] {
  return series
    .filter(({ metric }) => metric !== "learningRate")
    .map(({ metric, split, per, y }) => {
      const name = per === "step" ? `${metric}, each step` : `${metric}, ${split}`;
      return `  ${name.padEnd(20)}  ${sparkline(y, 32).padEnd(32)}  ${short(y[0]!)} → ${short(y.at(-1)!)}`;
    });
}

function tableLines({ rows }: ComparisonFigure): string[] {
  const { header, cells } = comparisonTable(rows);
  const widths = header.map((name, column) => Math.max(name.length, ...cells.map((row) => row[column]!.length)));
  return [header, ...cells].map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i]!)).join("  ")}`.trimEnd());
}

function explanationLines({ examples }: ExplanationFigure): string[] {
  return examples.map((example) => {
    const { index, warmest, height, width } = example;
    const where = warmest === undefined ? "no heat" : `warmest at row ${warmest[0]}, column ${warmest[1]}`;
    return `  ${index}: ${explainedWords(example)}; ${where} of ${height} x ${width}`;
  });
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
