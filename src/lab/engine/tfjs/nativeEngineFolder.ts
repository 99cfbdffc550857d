/**
 * Where tfjs-node is when it is not among Graft's own packages: an installed extension does not change what it came with.
 * `GRAFT_NATIVE_ENGINE` names the folder, else it is in the user's cache. tfjs-node has to get the tfjs that cells use, so
 * links to that lie beside it.
 */
import { mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheFolder } from "../../data/locations";

export function nativeEngineFolder(): string {
  return process.env.GRAFT_NATIVE_ENGINE ?? join(cacheFolder(), "native-engine");
}

/** The package below a folder that it was installed into. */
export function nativePackage(folder: string): string {
  return join(folder, "node_modules", "@tensorflow", "tfjs-node");
}

/** Gives what is installed in `folder` the tfjs that `require` finds. Links that are right already stay. */
export function linkTensors(folder: string, require: NodeJS.Require): void {
  const own = dirname(dirname(require.resolve("@tensorflow/tfjs/package.json")));
  const links = dirname(nativePackage(folder));
  mkdirSync(links, { recursive: true });
  for (const name of readdirSync(own).filter((entry) => entry !== "tfjs-node")) {
    const link = join(links, name);
    if (targetOf(link) !== join(own, name)) {
      rmSync(link, { recursive: true, force: true });
      symlinkSync(join(own, name), link, "junction");
    }
  }
}

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined; // Not there yet.
  }
}
