/**
 * Folders in which tokens and keys lie. Their place may be one where everybody can write, such as the temporary folder, so
 * whatever is there already is not trusted.
 */
import { chmodSync, lstatSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { GraftError } from "../shared/graftError";

/**
 * Makes the folder, or checks the one that is there: it has to be this user's, and closed to all others. One that is open and
 * holds nothing but a kernel's files is closed. Throws `kernel/runtime-folder`.
 */
export function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const user = process.getuid?.();
  if (user === undefined) {
    return; // Windows: the folders of a user are private by themselves.
  }
  // The link itself counts, too: whoever owns it decides where it leads.
  const found = statSync(folder);
  if (lstatSync(folder).uid !== user || found.uid !== user) {
    throw unusable(folder, "one that belongs to somebody else", "Remove it, or name another one with");
  }
  if ((found.mode & 0o077) === 0) {
    return;
  }
  if (!readdirSync(folder).every((name) => name.startsWith("kernel-"))) {
    const mode = (found.mode & 0o777).toString(8);
    throw unusable(
      folder,
      `one that others can enter (mode ${mode})`,
      "Close it with chmod 700, or name another one with",
    );
  }
  chmodSync(folder, 0o700);
}

function unusable(folder: string, found: string, remedy: string): GraftError {
  return new GraftError({
    code: "kernel/runtime-folder",
    expected: `a folder for connection files that only this user can read, at ${folder}`,
    found,
    remedy: `${remedy} GRAFT_RUNTIME_FOLDER`,
  });
}
