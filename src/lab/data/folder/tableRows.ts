import { GraftError } from "../../../shared/graftError";
import { csvRows } from "../csvRows";
import type { ImageTable } from "./imageTable";

/** A row of a table of images. */
export interface ImageRow {
  readonly file: string;
  readonly label: string;
  readonly group?: string;
}

/** @throws GraftError `data/no-rows`, `data/no-column`, `data/missing-label`, and those of `csvRows`. */
export async function tableRows(path: string, table: ImageTable): Promise<readonly ImageRow[]> {
  const rows = await csvRows(path);
  const columns = Object.keys(rows[0] ?? {});
  if (rows.length === 0) {
    throw new GraftError({
      code: "data/no-rows",
      expected: `a row for each image in ${path}`,
      found: "none",
      remedy: "Give a CSV file that begins with the names of its columns",
    });
  }
  const cell = (row: Readonly<Record<string, string>>, name: string, i: number): string => {
    const value = row[name];
    if (value === undefined) throw noColumn(path, name, columns);
    if (value.trim() !== "") return value.trim();
    throw new GraftError({
      code: "data/missing-label",
      expected: `a value of "${name}" in each row of ${path}`,
      found: `none in row ${i + 1} (${JSON.stringify(row).slice(0, 120)})`,
      remedy: "Fill it in, or remove the row and the image",
    });
  };
  return rows.map((row, i) => ({
    file: cell(row, table.file, i),
    label: cell(row, table.label, i),
    ...(table.group === undefined ? {} : { group: cell(row, table.group, i) }),
  }));
}

function noColumn(path: string, name: string, columns: readonly string[]): GraftError {
  return new GraftError({
    code: "data/no-column",
    expected: `a column "${name}" in ${path}`,
    found: `the columns ${columns.join(", ")}`,
    remedy: "Name one of these as file, label or group",
  });
}
