/** Results of a benchmark: as JSON for programs, as a table for people, and written into the documentation. */
import { readFile, rename, writeFile } from "node:fs/promises";
import { cpus, totalmem, type } from "node:os";

export interface BenchRow {
  readonly what: string;
  readonly unit: string;
  readonly graft: number;
  readonly peers: Readonly<Record<string, number>>;
  /** Which figures are the better ones. Default lower: times. */
  readonly better?: "lower" | "higher";
  /** What was to be reached, and whether it was. */
  readonly goals?: readonly { readonly text: string; readonly met: boolean }[];
}

interface ReportOf {
  readonly bench: string;
  readonly machine: string;
  readonly notes: readonly string[];
}

/** One figure a row, beside the peers'. */
export interface BenchReport extends ReportOf {
  readonly rows: readonly BenchRow[];
}

/** With columns of its own. */
export interface TableReport extends ReportOf {
  /** The first row is the head. */
  readonly table: readonly (readonly string[])[];
  /** What the table was made from, for programs. */
  readonly results: unknown;
}

export function machineName(): string {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} x ${model}, ${memory} GB, ${type()}, Node ${process.versions.node}`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Three significant digits: more would claim a precision that the machine does not have. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/** How many times better Graft's figure is than the peer's. */
export function advantage(row: Pick<BenchRow, "graft" | "better">, peer: number): number {
  return row.better === "higher" ? row.graft / peer : peer / row.graft;
}

/** Each peer's figure with how many times better Graft's is; what was to be reached where a row says so. */
function cellsOf(report: BenchReport | TableReport): readonly (readonly string[])[] {
  if ("table" in report) return report.table;
  const { rows } = report;
  const peers = [...new Set(rows.flatMap((row) => Object.keys(row.peers)))];
  const peerCell = (row: BenchRow, peer: string): string => {
    const value = row.peers[peer];
    return value === undefined ? "-" : `${value} (x${advantage(row, value).toFixed(2)})`;
  };
  const hasGoals = rows.some(({ goals }) => goals !== undefined);
  const goalCell = ({ goals = [] }: BenchRow): string =>
    goals.map(({ text, met }) => `${text}: ${met ? "yes" : "no"}`).join("; ") || "-";
  return [
    ["", "unit", "graft", ...peers, ...(hasGoals ? ["to reach"] : [])],
    ...rows.map((row) => [
      row.what,
      row.unit,
      String(row.graft),
      ...peers.map((peer) => peerCell(row, peer)),
      ...(hasGoals ? [goalCell(row)] : []),
    ]),
  ];
}

export function formatReport(report: BenchReport | TableReport): string {
  const table = cellsOf(report);
  const widths = table[0]!.map((_, column) => Math.max(...table.map((cells) => cells[column]!.length)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  ");
  return [...table.map(line), "", report.machine, ...report.notes].join("\n");
}

/**
 * Puts the report between the markers `<!-- bench:NAME -->` and `<!-- /bench:NAME -->` of a Markdown file. Throws when the file
 * does not have them.
 */
export async function writeReport(report: BenchReport | TableReport, file: string): Promise<void> {
  const text = await readFile(file, "utf8");
  const [from, to] = [`<!-- bench:${report.bench} -->`, `<!-- /bench:${report.bench} -->`];
  const [start, end] = [text.indexOf(from), text.indexOf(to)];
  if (start < 0 || end < start) {
    throw new Error(`Expected the markers ${from} and ${to} in ${file}.`);
  }
  const [head, ...rows] = cellsOf(report);
  // Padded, as the formatter would have it.
  const widths = head!.map((_, column) => Math.max(3, ...[head!, ...rows].map((cells) => cells[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(" | ")} |`;
  const rule = widths.map((width, i) => (i < 2 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  const day = new Date().toISOString().slice(0, 10);
  const body = [line(head!), line(rule), ...rows.map(line), "", `${day}, ${report.machine}. ${report.notes.join(" ")}`];
  const draft = `${file}.tmp`;
  await writeFile(draft, `${text.slice(0, start)}${from}\n\n${body.join("\n")}\n\n${text.slice(end)}`);
  await rename(draft, file);
}
