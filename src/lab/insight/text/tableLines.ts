/** Cells under their header, each column as wide as its longest. */
export function tableLines(header: readonly string[], cells: readonly (readonly string[])[]): string[] {
  const widths = header.map((name, column) => Math.max(name.length, ...cells.map((row) => row[column]!.length)));
  return [header, ...cells].map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i]!)).join("  ")}`.trimEnd());
}
