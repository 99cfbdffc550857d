import type { Figure } from "../../shared/figure";
import { figureCaption } from "../../shared/figureCaption";
import { kindOf } from "../../shared/figureKinds";
import { FIGURE_MIME } from "../../shared/mimeBundle";
import { escapeMarkup } from "./escapeMarkup";

/** More rows are a file for a spreadsheet: "Save as CSV" has them all. */
const MAXIMUM_ROWS = 1000;

/**
 * One page that needs neither Graft nor the internet: the picture, the caption, the numbers as a table, and the figure itself as JSON, from which
 * Graft can draw it again. No script runs in it.
 */
export function figurePage(figure: Figure, svg: string): string {
  const { header, rows } = kindOf(figure).table(figure);
  const title = escapeMarkup(figure.title);
  const row = (cells: readonly (string | number | undefined)[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeMarkup(String(cell ?? ""))}</${tag}>`).join("")}</tr>`;
  const left = rows.length - MAXIMUM_ROWS;
  return [
    `<!DOCTYPE html>`,
    `<html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style></head><body>`,
    `<h1>${title}</h1>`,
    `<img alt="${title}" src="data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}">`,
    ...figureCaption(figure).map((sentence) => `<p>${escapeMarkup(sentence)}</p>`),
    `<details><summary>${rows.length.toLocaleString("en")} rows</summary><table><thead>${row(header, "th")}</thead>`,
    `<tbody>${rows
      .slice(0, MAXIMUM_ROWS)
      .map((cells) => row(cells, "td"))
      .join("\n")}</tbody></table>`,
    ...(left > 0 ? [`<p>${left.toLocaleString("en")} more rows are in the JSON of this page.</p>`] : []),
    `</details>`,
    // "<" as an escape of JSON: nothing in a figure can end the element.
    `<script type="${FIGURE_MIME}">${JSON.stringify(figure).replaceAll("<", "\\u003c")}</script>`,
    `</body></html>`,
  ].join("\n");
}

const STYLE = [
  "body { font: 14px/1.5 system-ui, sans-serif; max-width: 1100px; margin: 24px auto; padding: 0 16px; color: #24292f; background: #fff; }",
  "h1 { font-size: 20px } img { max-width: 100%; height: auto } p { margin: 2px 0; color: #57606a }",
  "table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin-top: 8px }",
  "th, td { text-align: left; padding: 3px 16px 3px 0; border-bottom: 1px solid #d0d7de }",
  "summary { margin-top: 12px; cursor: pointer }",
].join("\n");
