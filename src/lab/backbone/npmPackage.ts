/** Folders inside npm packages, by addresses such as `"npm:nsfwjs/dist/models/mobilenet_v2"`. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { GraftError } from "../../shared/graftError";
import { notebookPath, shippedFile } from "../data/locations";
import { modelFolders } from "./modelFiles";
import { nearestNames } from "./nearestNames";

export const npmPrefix = "npm:";

/**
 * The folder that the address means: the package is looked for as `import` does, from the notebook's folder upwards and then
 * beside Graft; the rest is a path inside it.
 *
 * @throws GraftError `backbone/npm-address`, `backbone/npm-not-installed`; `backbone/no-folder` naming the models that the package has.
 */
export async function npmFolder(address: string): Promise<string> {
  const match = /^npm:((?:@[\w.~-]+\/)?[\w~-][\w.~-]*)(?:\/(.+?))?\/?$/.exec(address);
  const [, name, path = ""] = match ?? [];
  if (name === undefined || path.split(/[\\/]/).includes("..")) {
    throw new GraftError({
      code: "backbone/npm-address",
      expected: `"npm:PACKAGE/PATH", e.g. "npm:nsfwjs/dist/models/mobilenet_v2"`,
      found: `"${address}"`,
      remedy: "Write the package's name and the path of the model's folder inside it",
    });
  }
  const package_ = installedAt(name);
  const folder = join(package_, path);
  if (path !== "" && existsSync(folder)) return folder;
  const models = await modelFolders(package_);
  if (path === "" && models.includes("")) return folder;
  const nearest = nearestNames(path, models)[0];
  throw new GraftError({
    code: "backbone/no-folder",
    expected: `the folder of a model in the package ${name}: ${models.join(", ") || "it has none"}`,
    found: path === "" ? "no path" : `"${path}", which it does not have`,
    remedy: nearest === undefined ? "Use another package" : `Did you mean "${npmPrefix}${name}/${nearest}"?`,
  });
}

function installedAt(name: string): string {
  const from = [notebookPath("notebook.js"), shippedFile("package.json")];
  // Not `resolve`: a package may export nothing but its entry points.
  const places = from.flatMap((file) => createRequire(file).resolve.paths(name) ?? []);
  const found = places.map((place) => join(place, name)).find((folder) => existsSync(join(folder, "package.json")));
  if (found !== undefined) return found;
  throw new GraftError({
    code: "backbone/npm-not-installed",
    expected: `the npm package ${name} in a node_modules folder of the notebook's folder or above, or beside Graft`,
    found: "that it is not installed",
    remedy: `Run \`npm install ${name}\` in the notebook's folder`,
  });
}
