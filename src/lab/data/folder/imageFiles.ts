/** The files of a folder that are to be images: all but those that are known not to be. */
import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { GraftError } from "../../../shared/graftError";

export interface FoundFile {
  /** Below the folder, with slashes. */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

export interface FoundFolder {
  /** In alphabetical order. */
  readonly files: readonly FoundFile[];
  /** Names of the folders directly below it, empty ones too, in alphabetical order. */
  readonly folders: readonly string[];
}

/** What systems, archives and people leave beside images. Whatever else is there was meant to be an image. */
const otherNames = /^(\..*|thumbs\.db|desktop\.ini|__macosx|licen[cs]e|readme|icon\r)$/i;
const otherEndings = /\.(csv|tsv|jsonl?|txt|md|xml|ya?ml|pdf|html?|log|py|ipynb)$/i;

/** @throws GraftError `data/folder-not-found`. */
export async function imageFiles(root: string): Promise<FoundFolder> {
  const files: FoundFile[] = [];
  const seen = new Set<string>();
  const visit = async (below: string): Promise<string[]> => {
    const folder = join(root, below);
    // Links can lead back to a folder above.
    const real = await realpath(folder);
    if (seen.has(real)) return [];
    seen.add(real);
    const names = (await readdir(folder)).filter((name) => !otherNames.test(name) && !otherEndings.test(name));
    const entries = await Promise.all(names.map(async (name) => ({ name, about: await stat(join(folder, name)) })));
    const folders: string[] = [];
    for (const { name, about } of entries) {
      const path = below === "" ? name : `${below}/${name}`;
      if (about.isDirectory()) {
        folders.push(name);
        await visit(path);
      } else files.push({ path, bytes: about.size, modifiedMs: about.mtimeMs });
    }
    return folders.sort();
  };
  await requireFolder(root);
  const folders = await visit("");
  return { files: files.sort((a, b) => (a.path < b.path ? -1 : 1)), folders };
}

async function requireFolder(root: string): Promise<void> {
  const about = await stat(root).catch((error: unknown) => error as NodeJS.ErrnoException);
  if (!(about instanceof Error) && about.isDirectory()) return;
  throw new GraftError({
    code: "data/folder-not-found",
    expected: `a folder of images at ${root}`,
    found: !(about instanceof Error) ? "a file" : about.code === "ENOENT" ? "no such folder" : about.message,
    remedy: "Check the path; relative paths start at the notebook's folder",
  });
}
