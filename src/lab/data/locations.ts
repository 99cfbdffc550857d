/** Where files are that Graft ships, and where it keeps what it downloads. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { distFolder } from "../../shared/distFolder";
import { labHost } from "../../shared/labHost";

/** A file that is part of the package, e.g. `shippedFile("media", "backbones")`; the same from a clone and when installed. */
export function shippedFile(...segments: readonly string[]): string {
  return join(distFolder(), "..", ...segments);
}

/** Graft's folder for downloads: `$GRAFT_CACHE`, else the platform's cache folder of the user. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  if (environment.GRAFT_CACHE) return environment.GRAFT_CACHE;
  if (environment.XDG_CACHE_HOME) return join(environment.XDG_CACHE_HOME, "graft");
  switch (platform) {
    case "win32":
      return join(environment.LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), "graft", "Cache");
    case "darwin":
      return join(homedir(), "Library", "Caches", "graft");
    default:
      return join(homedir(), ".cache", "graft");
  }
}

/** A path as a cell means it: relative to the notebook. */
export function notebookPath(path: string): string {
  return resolve(labHost().notebookFolder, path);
}
