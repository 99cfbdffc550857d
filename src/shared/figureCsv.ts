import type { Figure } from "./figure";
import { kindOf } from "./figureKinds";

/** The figure's data as RFC 4180 writes it: a header, commas, quotes where a text needs them, CRLF. */
export function figureCsv(figure: Figure): string {
  const { header, rows } = kindOf(figure).table(figure);
  return [header, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

/** A cell that a spreadsheet would take for a formula is led by an apostrophe. */
function field(value: string | number | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "number") return String(value);
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
