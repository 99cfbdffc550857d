import { expect, it } from "vitest";
import { nameHeights } from "../../shared/plotlyLines";
import { linesKind } from "../../shared/figures/linesKind";
import { linesFigure, type LinePoints, type LinesOptions } from "./linesFigure";

it("draws several trials as their mean with its interval, by growing x", () => {
  const { lines } = linesFigure({ copied: [[2, 0.5], [1, [0.9, 1]]] }, {}); // prettier-ignore
  expect(lines[0]!.points[0]).toMatchObject({ x: 1, y: 0.95, trials: 2 });
  // Student's t with one degree of freedom: 12.706 standard errors of 0.05.
  expect(lines[0]!.points[0]!.interval![1]).toBeCloseTo(0.95 + 12.706 * 0.05, 3);
  expect(lines[0]!.points[1]).toEqual({ x: 2, y: 0.5 });
});

it("says how many trials points are means of, single ones among them; nothing where all are single", () => {
  const said = (lines: Parameters<typeof linesFigure>[0]) => linesKind.caption(linesFigure(lines, {})).join(" ");
  expect(said({ few: [[1, [0.9, 0.8]]], many: [[1, 0.7]] })).toContain("means of 1 to 2 trials");
  expect(said({ few: [[1, [0.9, 0.8]]] })).toContain("means of 2 trials");
  expect(said({ few: [[1, [0.9]]] })).toBe("");
});

it("puts the names of lines that end together beside each other", () => {
  const line = (y: number) => ({ name: "", points: [{ x: 0, y }] });
  expect(nameHeights([line(1), line(1), line(9)], 10, 15)).toEqual([17.5, 2.5, 90]);
});

it.each<readonly [string, Readonly<Record<string, LinePoints>>, LinesOptions]>([
  ["show/no-points", {}, {}],
  ["show/no-points", { one: [] }, {}],
  ["show/no-points", { one: [[1, []]] }, {}],
  ["show/not-finite", { one: [[1, NaN]] }, {}],
  ["show/not-finite", { one: [[1, [1, Infinity]]] }, {}],
  ["show/log-scale", { one: [[0, 1]] }, { logX: true }],
])("refuses %s", (code, lines, options) => {
  expect(() => linesFigure(lines, options)).toThrow(expect.objectContaining({ code }) as Error);
});
