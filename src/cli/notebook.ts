/** A notebook in memory (nbformat 4.5, https://nbformat.readthedocs.io), as far as running it needs. */
import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { GraftError } from "../shared/graftError";

const sourceText = v.pipe(
  v.union([v.string(), v.array(v.string())]),
  v.transform((text) => (typeof text === "string" ? text : text.join(""))),
);
const metadata = v.optional(v.record(v.string(), v.unknown()), {});
const cellSchema = v.looseObject({
  cell_type: v.string(),
  id: v.optional(v.string(), () => randomUUID().slice(0, 8)),
  metadata,
  source: sourceText,
  execution_count: v.optional(v.nullable(v.number())),
  outputs: v.optional(v.array(v.looseObject({ output_type: v.string() }))),
});
const notebookSchema = v.looseObject({
  nbformat: v.literal(4),
  nbformat_minor: v.number(),
  metadata,
  cells: v.array(cellSchema),
});

export type NotebookCell = v.InferOutput<typeof cellSchema>;
export type Notebook = v.InferOutput<typeof notebookSchema>;
export type NotebookOutput = NonNullable<NotebookCell["outputs"]>[number];

/** Parses the text of `.ipynb` file `name`. Throws `cli/bad-notebook`. */
export function parseNotebook(text: string, name: string): Notebook {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw badNotebook(`text that is not JSON in ${name}: ${(error as Error).message}`, error);
  }
  const parsed = v.safeParse(notebookSchema, value);
  if (parsed.success) {
    return parsed.output;
  }
  const [issue] = parsed.issues;
  throw badNotebook(`${name} with ${v.getDotPath(issue) ?? "its top level"}: ${issue.message}`);
}

/** The text of an `.ipynb` file: one space of indentation and texts as lists of lines, as Jupyter and VS Code write it. */
export function formatNotebook(notebook: Notebook): string {
  const cells = notebook.cells.map((cell) => ({
    ...cell,
    source: linesOf(cell.source),
    ...(cell.outputs === undefined ? {} : { outputs: cell.outputs.map(formatOutput) }),
  }));
  const minor = Math.max(notebook.nbformat_minor, 5);
  return `${JSON.stringify({ ...notebook, cells, nbformat_minor: minor }, undefined, 1)}\n`;
}

/** Tags as papermill and Jupyter use them. */
export function tagsOf(cell: NotebookCell): readonly unknown[] {
  return Array.isArray(cell.metadata.tags) ? (cell.metadata.tags as readonly unknown[]) : [];
}

function formatOutput(output: NotebookOutput): NotebookOutput {
  if (output.output_type === "stream" && typeof output.text === "string") {
    return { ...output, text: linesOf(output.text) };
  }
  if (typeof output.data !== "object" || output.data === null) {
    return output;
  }
  const entries = Object.entries(output.data).map(([mime, value]): [string, unknown] =>
    typeof value === "string" && isText(mime) ? [mime, linesOf(value)] : [mime, value],
  );
  return { ...output, data: Object.fromEntries(entries) };
}

function isText(mime: string): boolean {
  return mime.startsWith("text/") || mime === "image/svg+xml";
}

function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function badNotebook(found: string, cause?: unknown): GraftError {
  return new GraftError({
    code: "cli/bad-notebook",
    expected: "a Jupyter notebook (.ipynb, nbformat 4)",
    found,
    remedy: "Open the file in VS Code or JupyterLab and save it again, or name another file",
    ...(cause === undefined ? {} : { cause }),
  });
}
