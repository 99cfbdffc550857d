/** What a folder of the cache held when it came: a list of checksums beside the files, so that damage is met before it is used. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import * as v from "valibot";
import { integrityOf } from "./integrity";

const listName = ".contents.json";
const listSchema = v.record(v.string(), v.string());

export async function writeContents(folder: string): Promise<void> {
  const list: Record<string, string> = {};
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((entry) => entry.isFile())) {
    const path = join(entry.parentPath, entry.name);
    list[relative(folder, path).replaceAll("\\", "/")] = await integrityOf(path);
  }
  await writeFile(join(folder, listName), JSON.stringify(list));
}

/** Whether the folder is there with all files below `path` as they came. */
export async function hasContents(folder: string, path: string): Promise<boolean> {
  try {
    const list = v.parse(listSchema, JSON.parse(await readFile(join(folder, listName), "utf8")));
    const wanted = Object.entries(list).filter(([name]) => path === "" || name === path || name.startsWith(`${path}/`));
    const found = await Promise.all(wanted.map(([name]) => integrityOf(join(folder, name))));
    return found.every((integrity, i) => integrity === wanted[i]![1]);
  } catch {
    // Whatever is missing or cannot be read is not as it came.
    return false;
  }
}
