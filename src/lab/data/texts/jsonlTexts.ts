import { basename } from "node:path";
import { GraftError } from "../../../shared/graftError";
import type { Dataset } from "../dataset";
import { datasetOfRows, type TableRow, type TextColumns } from "./labelledRows";
import { textFile } from "../csvRows";

/** @throws GraftError `data/file-not-found`, `text/bad-json` with the line, and those of `datasetOfRows`. */
export async function jsonlTexts(path: string, columns: TextColumns): Promise<Dataset> {
  const file = basename(path);
  const lines = (await textFile(path)).split("\n");
  const rows = lines.flatMap((line, i): TableRow[] => {
    const place = `line ${i + 1} of ${file}`;
    return line.trim() === "" ? [] : [{ fields: objectOf(line, place), place }];
  });
  return datasetOfRows(rows, columns, file);
}

function objectOf(line: string, place: string): TableRow["fields"] {
  const value = parsed(line, place);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as TableRow["fields"];
  throw badJson(place, line.trim().slice(0, 60));
}

function parsed(line: string, place: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw badJson(place, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function badJson(place: string, found: string, cause?: unknown): GraftError {
  return new GraftError({
    code: "text/bad-json",
    expected: `one JSON object in ${place}`,
    found,
    remedy: 'Mend that line: {"text": "…", "label": "…"}',
    cause,
  });
}
