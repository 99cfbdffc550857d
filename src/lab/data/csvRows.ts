import { readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { CsvError, parse } from "csv-parse/sync";
import { GraftError } from "../../shared/graftError";

/** How a table of text is written. */
export interface CsvFormat {
  /** Between the columns. Default a comma; a tab for a file that ends with `.tsv`. */
  readonly delimiter?: string;
}

/**
 * The rows of a CSV file in UTF-8 whose first line names the columns (RFC 4180), each as an object by these names.
 *
 * @throws GraftError `data/file-not-found`, `data/bad-csv` with the line.
 */
export async function csvRows(path: string, format: CsvFormat = {}): Promise<readonly Record<string, string>[]> {
  const { delimiter = extname(path) === ".tsv" ? "\t" : "," } = format;
  const content = await textFile(path);
  try {
    return parse<Record<string, string>>(content, { bom: true, columns: true, delimiter, skip_empty_lines: true });
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new GraftError({
      code: "data/bad-csv",
      expected: `the same number of columns in each row of ${basename(path)}, and quotes around what holds commas or line ends`,
      found: cause.message,
      remedy: "Mend that line, or say what stands between the columns where it is no comma: a semicolon, a tab",
      cause,
    });
  }
}

/** The content of a UTF-8 file. @throws GraftError `data/file-not-found`. */
export async function textFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new GraftError({
      code: "data/file-not-found",
      expected: `a text file at ${path}`,
      found: (cause as NodeJS.ErrnoException).code === "ENOENT" ? "no such file" : (cause as Error).message,
      remedy: "Check the path; relative paths start at the notebook's folder",
      cause,
    });
  }
}
