/** Results of a benchmark, as JSON for programs and as a table for people. */
import { cpus, totalmem, type } from "node:os";

export interface BenchRow {
  readonly what: string;
  readonly unit: string;
  readonly graft: number;
  readonly peers: Readonly<Record<string, number>>;
  readonly note?: string;
}

export interface BenchReport {
  readonly bench: string;
  readonly machine: string;
  readonly rows: readonly BenchRow[];
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

export function formatReport({ bench, machine, rows }: BenchReport): string {
  const peers = [...new Set(rows.flatMap((row) => Object.keys(row.peers)))];
  const table = [
    [bench, "unit", "graft", ...peers],
    ...rows.map((row) => [
      row.what,
      row.unit,
      String(row.graft),
      ...peers.map((peer) => String(row.peers[peer] ?? "-")),
    ]),
  ];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((cells) => cells[column]!.length)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  ");
  const notes = [...new Set(rows.flatMap((row) => (row.note === undefined ? [] : [row.note])))];
  return [...table.map(line), "", machine, ...notes].join("\n");
}
