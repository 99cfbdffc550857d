/** Reads and writes `.ipynb` files. */
import { readFile, rename, rm, writeFile } from "node:fs/promises";
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

/** Writes the file as a whole or not at all. Throws `cli/cannot-write`. */
export async function writeNotebook(file: string, notebook: Notebook): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, formatNotebook(notebook));
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new GraftError({
      code: "cli/cannot-write",
      expected: "to write the executed notebook",
      found: `${(error as NodeJS.ErrnoException).code ?? String(error)} at ${file}`,
      remedy: "Choose another place with -o",
      cause: error,
    });
  }
}
