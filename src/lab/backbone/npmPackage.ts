/** Models inside npm packages, by addresses such as `"npm:nsfwjs/dist/models/mobilenet_v2"`. */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { GraftError } from "../../shared/graftError";
import { notebookPath, shippedFile } from "../data/locations";
import { nearestNames } from "./nearestNames";
import { isModelFile } from "./readModel";
import { cachedPackage } from "./sources/cachedPackage";

export const npmPrefix = "npm:";

/**
 * The folder or file that the address means: the package is looked for as `import` does, from the notebook's folder upwards and then
 * beside Graft. With a version (`"npm:nsfwjs@4.4.0/dist/models/mobilenet_v2"`) one that is not installed is fetched into the cache;
 * `integrity` is what its tarball then has to be.
 *
 * @throws GraftError `backbone/npm-address`, `backbone/npm-not-installed`; `backbone/no-folder` naming the models that the package has;
 * those of `cachedPackage`.
 */
export async function npmPath(address: string, integrity?: string): Promise<string> {
  const { name, version, path } = parseNpmAddress(address);
  const package_ = await packageFolder({ name, version, path }, integrity);
  const found = join(package_, path);
  if (path !== "" && existsSync(found)) return found;
  const models = await modelsIn(package_);
  if (path === "" && models.includes("")) return found;
  const nearest = nearestNames(path, models)[0];
  throw new GraftError({
    code: "backbone/no-folder",
    expected: `the folder or file of a model in the package ${name}: ${models.join(", ") || "it has none"}`,
    found: path === "" ? "no path" : `"${path}", which it does not have`,
    remedy: nearest === undefined ? "Use another package" : `Did you mean "${npmPrefix}${name}/${nearest}"?`,
  });
}

export interface NpmAddress {
  readonly name: string;
  readonly version: string | undefined;
  /** Inside the package; empty: all of it. */
  readonly path: string;
}

/** @throws GraftError `backbone/npm-address`. */
export function parseNpmAddress(address: string): NpmAddress {
  const match = /^npm:((?:@[\w.~-]+\/)?[\w~-][\w.~-]*)(?:@(\d[\w.+-]*))?(?:\/(.+?))?\/?$/.exec(address);
  const [, name, version, path = ""] = match ?? [];
  if (name !== undefined && !path.split(/[\\/]/).includes("..")) return { name, version, path };
  throw new GraftError({
    code: "backbone/npm-address",
    expected: `"npm:PACKAGE/PATH" or "npm:PACKAGE@VERSION/PATH", e.g. "npm:nsfwjs@4.4.0/dist/models/mobilenet_v2"`,
    found: `"${address}"`,
    remedy: "Write the package's name, its version in full, and the path of the model inside it",
  });
}

async function packageFolder({ name, version, path }: NpmAddress, integrity: string | undefined): Promise<string> {
  const installed = installedAt(name);
  if (installed !== undefined && (version === undefined || version === (await versionOf(installed)))) return installed;
  if (version !== undefined) {
    return cachedPackage({ name, version, path, ...(integrity === undefined ? {} : { integrity }) });
  }
  throw new GraftError({
    code: "backbone/npm-not-installed",
    expected: `the npm package ${name} in a node_modules folder of the notebook's folder or above, or beside Graft`,
    found: "that it is not installed",
    remedy: `Run \`npm install ${name}\` in the notebook's folder, or write the version that is to be fetched: "${npmPrefix}${name}@VERSION/${path}"`,
  });
}

function installedAt(name: string): string | undefined {
  const from = [notebookPath("notebook.js"), shippedFile("package.json")];
  // Not `resolve`: a package may export nothing but its entry points.
  const places = from.flatMap((file) => createRequire(file).resolve.paths(name) ?? []);
  return places.map((place) => join(place, name)).find((folder) => existsSync(join(folder, "package.json")));
}

async function versionOf(folder: string): Promise<unknown> {
  return (JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as { version?: unknown }).version;
}

/** Folders (by their `model.json`) and single files that hold a model, as paths relative to `folder`. */
async function modelsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const byFolder = new Map<string, string[]>();
  for (const { name, parentPath } of entries.filter((entry) => entry.isFile())) {
    const parent = parentPath.slice(folder.length + 1).replaceAll("\\", "/");
    byFolder.set(parent, [...(byFolder.get(parent) ?? []), name]);
  }
  const models = [...byFolder].flatMap(([parent, names]) =>
    names
      .filter((name) => isModelFile(name, names))
      .map((name) => (/^(model|saved_model)\./.test(name) ? parent : [parent, name].filter(Boolean).join("/"))),
  );
  return [...new Set(models)].sort();
}
