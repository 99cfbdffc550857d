/**
 * The few parts that a static figure needs: text, marks, scales. Static figures are for GitHub and other readers that run no
 * scripts: a transparent ground, colours that are readable on white and on near-black, and as few bytes as will do.
 */
import { wrapped } from "../../../shared/cardLayout";
import { paperTheme } from "../../../shared/figureTheme";

export const theme = paperTheme;
export const WIDTH = 760;

export interface Scale {
  (value: number): number;
  readonly domain: readonly [number, number];
}

export function scale(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const span = domain[1] - domain[0] || 1;
  return Object.assign((value: number) => tenth(range[0] + ((value - domain[0]) / span) * (range[1] - range[0])), {
    domain,
  });
}

/** About `wanted` round values inside the domain. */
export function ticks([low, high]: readonly [number, number], wanted: number): number[] {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? 10 * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

export interface TextStyle {
  readonly size?: number;
  readonly weight?: number;
  readonly fill?: string;
  readonly anchor?: "start" | "middle" | "end";
}

export function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { size = 11, weight, fill = theme.muted, anchor = "start" } = style;
  const heavy = weight === undefined ? "" : ` font-weight="${weight}"`;
  const side = anchor === "start" ? "" : ` text-anchor="${anchor}"`;
  return `<text x="${tenth(x)}" y="${tenth(y)}" font-size="${size}" fill="${fill}"${heavy}${side}>${escape(content)}</text>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, stroke: string, extra = ""): string {
  return `<path d="M${tenth(x1)} ${tenth(y1)}L${tenth(x2)} ${tenth(y2)}" stroke="${stroke}"${extra}/>`;
}

/** A line through points; values that are not finite leave a gap. */
export function polyline(points: readonly (readonly [number, number])[], stroke: string, extra = ""): string {
  let pen = "M";
  let path = "";
  for (const [x, y] of points) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      pen = "M";
      continue;
    }
    path += `${pen}${x} ${y}`;
    pen = "L";
  }
  return `<path d="${path}" fill="none" stroke="${stroke}" stroke-linejoin="round"${extra}/>`;
}

/** Round dots of one colour, as strokes without length: a few bytes each. */
export function dots(
  points: readonly (readonly [number, number])[],
  diameter: number,
  fill: string,
  extra = "",
): string {
  const path = points.map(([x, y]) => `M${x} ${y}h0`).join("");
  return `<path d="${path}" stroke="${fill}" stroke-width="${diameter}" stroke-linecap="round"${extra}/>`;
}

function svgDocument(height: number, title: string, body: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="${theme.fontFamily}" role="img">`,
    `<title>${escape(title)}</title>`,
    ...body,
    "</svg>",
  ].join("\n");
}

/** Title above and caption below; the caption's lines are broken where they would run out of the figure. */
export function titled(title: string, caption: readonly string[], plotHeight: number, body: readonly string[]): string {
  const lines = broken(caption, 118);
  const height = 34 + plotHeight + 18 * lines.length + 6;
  return svgDocument(height, title, [
    text(4, 20, title, { size: 15, weight: 600, fill: theme.foreground }),
    `<g transform="translate(0 34)">`,
    ...body,
    "</g>",
    ...lines.map((sentence, index) => text(4, 34 + plotHeight + 14 + 18 * index, sentence)),
  ]);
}

/** Of one sentence. */
const MAXIMUM_LINES = 8;

function broken(sentences: readonly string[], limit: number): string[] {
  const lines: string[] = [];
  for (const sentence of sentences.flatMap((whole) => wrapped(whole, limit, MAXIMUM_LINES))) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 2 + sentence.length <= limit)
      lines[lines.length - 1] = `${last}  ${sentence}`;
    else lines.push(sentence);
  }
  return lines;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(content: string): string {
  return content.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}
