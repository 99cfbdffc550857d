/**
 * papermill's convention (https://papermill.readthedocs.io/en/latest/usage-parameterize.html): the cell tagged `parameters`
 * holds the defaults; a cell tagged `injected-parameters` with the given values is put right behind it.
 */
import { parseSync } from "oxc-parser";
import { GraftError } from "../shared/graftError";
import { tagsOf, type Notebook, type NotebookCell } from "./notebook";

export type Parameters = ReadonlyMap<string, unknown>;

/** `name=value`, where a value that is JSON is taken as such and anything else as text. Throws `cli/bad-parameter`. */
export function parseParameter(text: string): [name: string, value: unknown] {
  const [, name, value] = /^([A-Za-z_$][\w$]*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new GraftError({
      code: "cli/bad-parameter",
      expected: "a parameter as name=value, with a name that is a variable's",
      found: JSON.stringify(text),
      remedy: 'Write for instance -p learningRate=1e-4 or -p \'classes=["cat","dog"]\'',
    });
  }
  try {
    return [name, JSON.parse(value) as unknown];
  } catch {
    return [name, value]; // Text needs no quotes on a command line.
  }
}

/** Puts the values into the notebook. Throws `cli/unknown-parameter` for a name that the `parameters` cell does not declare. */
export function injectParameters(notebook: Notebook, parameters: Parameters): Notebook {
  if (parameters.size === 0) {
    return notebook;
  }
  const cells = notebook.cells.filter((cell) => !tagsOf(cell).includes("injected-parameters"));
  const at = cells.findIndex((cell) => tagsOf(cell).includes("parameters"));
  const defaults = cells[at];
  if (defaults !== undefined) checkNames(defaults, parameters);
  const injected: NotebookCell = {
    cell_type: "code",
    id: "injected-parameters",
    metadata: { tags: ["injected-parameters"] },
    source: [...parameters].map(([name, value]) => `let ${name} = ${JSON.stringify(value)};`).join("\n"),
    execution_count: null,
    outputs: [],
  };
  return { ...notebook, cells: cells.toSpliced(at + 1, 0, injected) };
}

function checkNames(defaults: NotebookCell, parameters: Parameters): void {
  const declared = parseSync("parameters.ts", defaults.source).program.body.flatMap((statement) =>
    statement.type === "VariableDeclaration"
      ? statement.declarations.flatMap(({ id }) => (id.type === "Identifier" ? [id.name] : []))
      : [],
  );
  for (const name of parameters.keys()) {
    if (!declared.includes(name)) {
      throw new GraftError({
        code: "cli/unknown-parameter",
        expected: `one of the notebook's parameters: ${declared.join(", ")}`,
        found: name,
        remedy: "Correct the name, or declare it in the cell tagged `parameters`",
      });
    }
  }
}
