import type { Line, LinePoint, LinesFigure } from "../../shared/figures/linesFigure";
import { GraftError } from "../../shared/graftError";
import { studentInterval } from "../compare/studentInterval";
import { significant } from "./round";

/** Points of a line: `[x, y]`, or `[x, [y, y, …]]` for several trials of the same, which are drawn as their mean with its 95 % interval. */
export type LinePoints = readonly (readonly [x: number, y: number | readonly number[]])[];

/** What the axes are. */
export interface LinesOptions {
  /** Default `"Lines"`. */
  readonly title?: string;
  /** What is measured over. Default `"x"`. */
  readonly x?: string;
  /** What was measured. Default `"y"`. */
  readonly y?: string;
  /** A logarithmic horizontal axis, e.g. for learning rates. Default false. */
  readonly logX?: boolean;
}

/** @throws GraftError `show/no-points`, `show/not-finite`, `show/log-scale`. */
export function linesFigure(lines: Readonly<Record<string, LinePoints>>, options: LinesOptions): LinesFigure {
  const { title = "Lines", x = "x", y = "y", logX = false } = options;
  const entries = Object.entries(lines);
  const empty = entries.find(([, points]) => points.length === 0 || points.some(([, ys]) => trialsOf(ys).length === 0));
  if (entries.length === 0 || empty !== undefined) {
    throw new GraftError({
      code: "show/no-points",
      expected: "an object with points for each line, as [x, y] or [x, [y, y, …]]",
      found: empty === undefined ? "no line" : `a line "${empty[0]}" without points, or a point without numbers`,
      remedy: 'For example show.lines({ frozen: [[0, 0.91], [1, 0.94]], "fine-tuned": [[0, 0.91], [1, 0.95]] })',
    });
  }
  for (const [name, points] of entries) {
    const stray = points.find(([at, ys]) => ![at, ...trialsOf(ys)].every(Number.isFinite));
    if (stray === undefined) continue;
    throw new GraftError({
      code: "show/not-finite",
      expected: "points that are finite numbers",
      found: `[${String(stray[0])}, ${String(stray[1])}] in "${name}"`,
      remedy: "Leave out what could not be measured",
    });
  }
  const smallest = Math.min(...entries.flatMap(([, points]) => points.map(([at]) => at)));
  if (logX && smallest <= 0) {
    throw new GraftError({
      code: "show/log-scale",
      expected: "numbers above 0 for a logarithmic axis",
      found: String(smallest),
      remedy: "Leave logX out, or the points that are not above 0",
    });
  }
  return {
    kind: "lines",
    title,
    x,
    y,
    logX,
    lines: entries.map(([name, points]) => lineOf(name, points)),
    live: false,
  };
}

function lineOf(name: string, points: LinePoints): Line {
  return { name, points: points.map(([x, ys]) => pointOf(x, trialsOf(ys))).sort((a, b) => a.x - b.x) };
}

function pointOf(x: number, trials: readonly number[]): LinePoint {
  if (trials.length === 1) return { x, y: significant(trials[0]!, 4) };
  const { mean, interval } = studentInterval(trials);
  const [low, high] = [significant(interval[0], 4), significant(interval[1], 4)];
  return { x, y: significant(mean, 4), interval: [low, high], trials: trials.length };
}

function trialsOf(ys: number | readonly number[]): readonly number[] {
  return typeof ys === "number" ? [ys] : ys;
}
