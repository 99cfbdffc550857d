/** A SavedModel's folder in a .tar.gz, as Kaggle Models and TF Hub give it out. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { GraftError } from "../../../../shared/graftError";
import { folderFiles, type ModelFiles } from "../../modelFiles";
import { readSavedModel } from "./readSavedModel";
import { mainFile } from "./servedGraph";

const wanted = /(^|\/)(saved_model\.pb|tfhub_module\.pb|graft\.json|variables\/variables\.[^/]+)$/;

export function isArchive(name: string): boolean {
  return /\.(tar\.gz|tgz)$/.test(name);
}

/** @throws GraftError `backbone/bad-archive`, and those of `readSavedModel`. */
export async function readSavedModelArchive(files: ModelFiles, name: string): ReturnType<typeof readSavedModel> {
  const origin = `${files.origin}/${name}`;
  const archive = await files.path(name);
  const folder = await mkdtemp(join(tmpdir(), "graft-saved-model-"));
  try {
    const names = await unpacked(archive, folder, origin);
    const main = names.find((path) => path.endsWith(mainFile));
    if (main === undefined) throw badArchive(origin, `no ${mainFile}`);
    return await readSavedModel({ ...(await folderFiles(join(folder, dirname(main)))), origin });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function unpacked(archive: string, folder: string, origin: string): Promise<string[]> {
  // Not needed for anything else.
  const { extract } = await import("tar");
  try {
    // Strict: what points out of the folder is an error, rather than left out.
    await extract({ file: archive, cwd: folder, strict: true, filter: (path) => wanted.test(path) });
  } catch (cause) {
    throw badArchive(origin, (cause as Error).message, cause);
  }
  return readdir(folder, { recursive: true });
}

function badArchive(origin: string, found: string, cause?: unknown): GraftError {
  return new GraftError({
    code: "backbone/bad-archive",
    expected: `a SavedModel's folder in ${origin}`,
    found,
    remedy: "Download it again, the one for TensorFlow 2; or unpack it and give the folder with saved_model.pb",
    cause,
  });
}
