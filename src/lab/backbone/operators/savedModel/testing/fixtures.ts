import { mkdir, mkdtemp } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { extract } from "tar";

const goldens = join(import.meta.dirname, "..", "__goldens__");

interface Stored {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** What TensorFlow made of three images, for each model. */
export const predictions = JSON.parse(readFileSync(join(goldens, "predictions.json"), "utf8")) as Readonly<
  Record<string, { readonly input: Stored; readonly output: Stored }>
>;

/** A new folder with a folder for each of these models. */
export async function unpackFixtures(names: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "graft-saved-model-"));
  for (const name of names) {
    await mkdir(join(folder, name));
    await extract({ file: join(goldens, `${name}.tar.gz`), cwd: join(folder, name) });
  }
  return folder;
}
