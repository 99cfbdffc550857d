/** Where the parts of a tfjs LayersModel come from: the files of a folder, or modules of an npm package that export the same. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { GraftError } from "../../shared/graftError";

export interface ModelFiles {
  /** For messages. */
  readonly origin: string;
  /** The parsed `model.json`, unchecked. */
  modelJson(): Promise<unknown>;
  /** The bytes of a weight file that `model.json` names. */
  shard(path: string): Promise<Buffer>;
}

/** `model.json` and its shards in a folder. @throws GraftError `backbone/no-folder`. */
export async function folderFiles(folder: string): Promise<ModelFiles> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new GraftError({
      code: "backbone/no-folder",
      expected: `a folder with a model.json at ${folder}`,
      found: found === undefined ? "nothing there" : "a file",
      remedy: "Check the path; relative paths start at the notebook's folder",
    });
  }
  return {
    origin: folder,
    async modelJson() {
      const text = await readFile(join(folder, "model.json"), "utf8").catch(() => undefined);
      if (text === undefined) throw noModelJson(folder, "Give the folder that model.save() of tfjs wrote");
      return parsed(text, folder);
    },
    async shard(path) {
      try {
        return await readFile(join(folder, path));
      } catch (cause) {
        throw missingShard(folder, path, cause);
      }
    },
  };
}

/**
 * A model inside an npm package. Packages are made of code, so some carry `model.json` and the shards as modules: `model.min.js`
 * exports the object, `group1-shard1of1.min.js` the bytes in base64. Importing them runs the package's code; that is why only
 * packages, which somebody has installed to be run, are read in this way.
 */
export async function packageFiles(folder: string): Promise<ModelFiles> {
  const plain = await folderFiles(folder);
  const names = await readdir(folder);
  const moduleOf = (stem: string) => moduleEndings.map((ending) => stem + ending).find((name) => names.includes(name));
  return {
    origin: folder,
    async modelJson() {
      if (names.includes("model.json")) return plain.modelJson();
      const name = moduleOf("model");
      if (name === undefined) throw noModelJson(folder, "Give the folder inside the package that holds the model");
      const value = await exported(join(folder, name));
      return typeof value === "string" ? parsed(value, folder) : value;
    },
    async shard(path) {
      const name = names.includes(path) ? undefined : moduleOf(path.replace(/\.bin$/, ""));
      if (name === undefined) return plain.shard(path);
      const value = await exported(join(folder, name));
      if (typeof value === "string") return Buffer.from(value, "base64");
      if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      throw missingShard(folder, path, new Error(`${name} exports neither base64 nor bytes`));
    },
  };
}

const moduleEndings = [".js", ".min.js", ".cjs", ".mjs"];

/** The folders below `folder` that hold a model, as paths relative to it. */
export async function modelFolders(folder: string): Promise<string[]> {
  const names = ["model.json", ...moduleEndings.map((ending) => `model${ending}`)];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = entries.filter((entry) => entry.isFile() && names.includes(entry.name));
  return found.map((entry) => entry.parentPath.slice(folder.length + 1).replaceAll("\\", "/")).sort();
}

async function exported(path: string): Promise<unknown> {
  const module = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
  return module.default;
}

function parsed(text: string, folder: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw badModelJson(folder, cause);
  }
}

export function badModelJson(folder: string, cause: unknown): GraftError {
  return new GraftError({
    code: "backbone/bad-model-json",
    expected: `JSON with modelTopology and weightsManifest in ${join(folder, "model.json")}`,
    found: (cause as Error).message,
    remedy: "Give a tfjs LayersModel; a GraphModel or a damaged file has no layers to train",
    cause,
  });
}

function noModelJson(folder: string, remedy: string): GraftError {
  return new GraftError({
    code: "backbone/no-model-json",
    expected: `model.json in ${folder}`,
    found: "a folder without it",
    remedy,
  });
}

function missingShard(folder: string, shard: string, cause: unknown): GraftError {
  return new GraftError({
    code: "backbone/missing-shard",
    expected: `the weight file ${shard} in ${folder}, which model.json names`,
    found: (cause as NodeJS.ErrnoException).code === "ENOENT" ? "no such file" : (cause as Error).message,
    remedy: "Copy the whole folder of the model, with all its .bin files",
    cause,
  });
}
