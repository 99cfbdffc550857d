import { basename } from "node:path";
import { type CsvFormat, csvRows } from "../csvRows";
import type { Dataset } from "../dataset";
import { datasetOfRows, type TextColumns } from "./labelledRows";

/** Options of `datasets.csv`. */
export type CsvOptions = TextColumns & CsvFormat;

/** @throws GraftError those of `csvRows` and `datasetOfRows`. */
export async function csvTexts(path: string, options: CsvOptions): Promise<Dataset> {
  const file = basename(path);
  const records = await csvRows(path, options);
  const rows = records.map((fields, i) => ({
    fields,
    place: `row ${i + 1} of ${file}, below the names of the columns`,
  }));
  return datasetOfRows(rows, options, file);
}
