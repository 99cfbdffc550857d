/** Reads and writes `.ipynb` files. */
import { readFile } from "node:fs/promises";
import { replaceFile } from "../lab/data/atomicFile";
import { GraftError } from "../shared/graftError";
import { formatNotebook, parseNotebook, type Notebook } from "./notebook";

/** Throws `cli/no-notebook` and `cli/bad-notebook`. */
export async function readNotebook(file: string): Promise<Notebook> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new GraftError({
      code: "cli/no-notebook",
      expected: "a notebook that can be read",
      found: `${(error as NodeJS.ErrnoException).code ?? String(error)} at ${file}`,
      remedy: "Check the path",
      cause: error,
    });
  }
  return parseNotebook(text, file);
}

/** Throws `cli/cannot-write`. */
export async function writeNotebook(file: string, notebook: Notebook): Promise<void> {
  try {
    await replaceFile(file, (handle) => handle.writeFile(formatNotebook(notebook)));
  } catch (error) {
    throw new GraftError({
      code: "cli/cannot-write",
      expected: "to write the executed notebook",
      found: `${(error as NodeJS.ErrnoException).code ?? String(error)} at ${file}`,
      remedy: "Choose another place with -o",
      cause: error,
    });
  }
}
