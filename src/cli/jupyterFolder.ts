/** Where Jupyter looks for kernels (https://docs.jupyter.org/en/latest/use/jupyter-directories.html#data-files). */
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Jupyter's data folder of this user: `$JUPYTER_DATA_DIR`, else the platform's. */
export function jupyterDataFolder(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const { JUPYTER_DATA_DIR: named, XDG_DATA_HOME: xdg, APPDATA: roaming } = environment;
  if (named) return resolve(named);
  switch (platform) {
    case "win32":
      return join(roaming ?? join(homedir(), "AppData", "Roaming"), "jupyter");
    case "darwin":
      return join(homedir(), "Library", "Jupyter");
    default:
      return join(xdg ? resolve(xdg) : join(homedir(), ".local", "share"), "jupyter");
  }
}

/** The data folder of an installation, such as a virtual environment or `/usr/local`. */
export function prefixDataFolder(prefix: string): string {
  return join(resolve(prefix), "share", "jupyter");
}
