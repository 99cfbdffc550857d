import * as files from "node:fs/promises";

/** The part of `node:fs/promises` with which the store changes its folder. Tests put a full or a forbidden disk in its place. */
export type StoreFiles = Pick<
  typeof files,
  "mkdir" | "open" | "readdir" | "readFile" | "rename" | "rm" | "stat" | "statfs" | "writeFile"
>;

export const diskFiles: StoreFiles = files;

/** Undefined instead of an error when there is no such file or folder: another process may have removed it. */
export function ifMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
}
