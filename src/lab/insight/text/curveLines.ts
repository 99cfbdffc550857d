import { curvesTable } from "../../../shared/curvesTable";
import type { CurveSeries, CurvesFigure } from "../../../shared/figures/curvesFigure";
import { sparkline } from "../sparkline";
import { tableLines } from "./tableLines";

/** A sparkline a curve, with its first and last value; of several runs the table under them. */
export function curveLines(figure: CurvesFigure): string[] {
  const { header, cells } = curvesTable(figure);
  return [
    ...figure.runs.flatMap(({ name, series }) => [
      ...(figure.runs.length > 1 ? [`  ${name}`] : []),
      ...series.map(curveLine),
    ]),
    ...(cells.length > 0 ? tableLines(header, cells) : []),
  ];
}

function curveLine({ metric, split, per, y }: CurveSeries): string {
  const words = metric === "learningRate" ? "learning rate" : `${metric}, ${per === "step" ? "each step" : split}`;
  return `  ${words.padEnd(20)}  ${sparkline(y, 32).padEnd(32)}  ${short(y[0]!)} → ${short(y.at(-1)!)}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
