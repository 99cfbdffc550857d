import { GraftError } from "../../../shared/graftError";
import { Dataset } from "../dataset";

/** Which columns of a table, or fields of its objects, are read. */
export interface TextColumns {
  /** Name of the column with the texts. */
  readonly text: string;
  /** Name of the column with the classes. */
  readonly label: string;
  /** Name of the column that says what belongs together: the mail thread, the patient. `split` divides no group. Default: none. */
  readonly group?: string;
  /** Names of the classes in the order of their labels. Default: all that occur, sorted; numbers by size. */
  readonly classes?: readonly string[];
}

/** A row of a table with its place in the file, for messages: `"line 3 of mails.jsonl"`. */
export interface TableRow {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly place: string;
}

/**
 * @param file Its name, for messages.
 * @throws GraftError `text/no-rows`, `text/no-column` listing those that there are, `text/value` for a field that is no text, `text/unknown-class`.
 */
export function datasetOfRows(rows: readonly TableRow[], columns: TextColumns, file: string): Dataset {
  const [first] = rows;
  if (first === undefined) {
    throw new GraftError({
      code: "text/no-rows",
      expected: `rows with texts in ${file}`,
      found: "none",
      remedy: "Look at the file: a table begins with the names of its columns, and rows follow",
    });
  }
  for (const name of [columns.text, columns.label, columns.group]) {
    if (name !== undefined) requireColumn(first.fields, name, file);
  }
  const names = rows.map((row) => valueOf(row, columns.label));
  const classes = columns.classes ?? [...new Set(names)].sort(bySizeOrName);
  const labels = new Map(classes.map((name, label) => [name, label]));
  return Dataset.fromTexts({
    texts: rows.map((row) => valueOf(row, columns.text)),
    labels: names.map((name, i) => labels.get(name) ?? unknownClass(name, classes, rows[i]!)),
    classes,
    ...(columns.group !== undefined && { groups: rows.map((row) => valueOf(row, columns.group!)) }),
  });
}

function requireColumn(fields: TableRow["fields"], name: string, file: string): void {
  if (Object.hasOwn(fields, name)) return;
  throw new GraftError({
    code: "text/no-column",
    expected: `a column "${name}" in ${file}`,
    found: `the columns ${Object.keys(fields).join(", ")}`,
    remedy: `Name one of these: { text: "…", label: "…" }`,
  });
}

function valueOf({ fields, place }: TableRow, name: string): string {
  const value = fields[name];
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new GraftError({
    code: "text/value",
    expected: `a text or a number as "${name}" in ${place}`,
    found: value === undefined ? "none" : JSON.stringify(value).slice(0, 60),
    remedy: "Mend or leave out that row",
  });
}

function unknownClass(name: string, classes: readonly string[], { place }: TableRow): never {
  throw new GraftError({
    code: "text/unknown-class",
    expected: `one of the classes ${classes.join(", ")}`,
    found: `"${name}" in ${place}`,
    remedy: "Name all classes, or leave classes out for those that occur",
  });
}

function bySizeOrName(a: string, b: string): number {
  const [x, y] = [Number(a), Number(b)];
  if (a.trim() !== "" && b.trim() !== "" && !Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return a < b ? -1 : 1;
}
