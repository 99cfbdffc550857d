/** The files of a model, wherever they lie: a folder, a package, an address whose files are fetched when they are asked for. */
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { GraftError } from "../../shared/graftError";
import { moduleEndings, moduleExport } from "./sources/moduleExport";

export interface ModelFiles {
  /** The folder or the address, for messages. */
  readonly origin: string;
  /** Name of the file that was asked for, where it was a file: `"network.onnx"`. */
  readonly main: string | undefined;
  /** The files that are known to be there. At an address this is `main` alone, though others may be. */
  readonly names: readonly string[];
  /** Where the file lies on this disk, fetched first if need be. @throws GraftError `backbone/missing-file`. */
  path(name: string): Promise<string>;
  /** @throws GraftError `backbone/missing-file`. */
  read(name: string): Promise<Buffer>;
  /** The parsed `main`, or `model.json` where a folder was given; unchecked. @throws GraftError `backbone/no-model-json`, `backbone/bad-model-json`. */
  modelJson(): Promise<unknown>;
  /** The bytes of a weight file that `model.json` names. @throws GraftError `backbone/missing-shard`. */
  shard(path: string): Promise<Buffer>;
}

export interface FilePlace {
  readonly origin: string;
  readonly main?: string;
  readonly names: readonly string[];
  /** Path on this disk; rejects with `ENOENT` where there is no such file. */
  readonly locate: (name: string) => Promise<string>;
}

/**
 * Packages are made of code, so some carry `model.json` and the shards as modules: `model.min.js` exports the object,
 * `group1-shard1of1.min.js` the bytes in base64. They are read as text; their code is never run.
 */
export function filesAt({ origin, main, names, locate }: FilePlace): ModelFiles {
  const moduleOf = (stem: string) => moduleEndings.map((ending) => stem + ending).find((name) => names.includes(name));
  const text = async (name: string) => readFile(await locate(name), "utf8");
  const located = async (name: string): Promise<string> => {
    try {
      const path = await locate(name);
      await stat(path);
      return path;
    } catch (cause) {
      throw cause instanceof GraftError ? cause : missingFile(origin, name, cause);
    }
  };
  return {
    origin,
    main,
    names,
    path: located,
    read: async (name) => readFile(await located(name)),
    async modelJson() {
      const name = main ?? "model.json";
      const module = names.includes(name) ? undefined : moduleOf(name.replace(/\.json$/, ""));
      if (module !== undefined) {
        const value = await moduleExport(await text(module), join(origin, module));
        return typeof value === "string" ? parsed(value, origin) : value;
      }
      const content = await text(name).catch((cause: unknown) => {
        if (cause instanceof GraftError) throw cause;
        throw noModelJson(origin, name);
      });
      return parsed(content, origin);
    },
    async shard(path) {
      const module = names.includes(path) ? undefined : moduleOf(path.replace(/\.bin$/, ""));
      try {
        if (module === undefined) return await readFile(await locate(path));
        const value = await moduleExport(await text(module), join(origin, module));
        if (typeof value === "string") return Buffer.from(value, "base64");
      } catch (cause) {
        throw cause instanceof GraftError ? cause : missingShard(origin, path, cause);
      }
      throw missingShard(origin, path, new Error(`${module} exports no base64`));
    },
  };
}

/** The files of a folder, or one file and what lies beside it. @throws GraftError `backbone/no-folder`. */
export async function folderFiles(path: string): Promise<ModelFiles> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    throw new GraftError({
      code: "backbone/no-folder",
      expected: `a folder with a model, or a model's file, at ${path}`,
      found: "nothing there",
      remedy: "Check the path; relative paths start at the notebook's folder",
    });
  }
  const folder = found.isDirectory() ? path : dirname(path);
  return filesAt({
    origin: folder,
    ...(found.isDirectory() ? {} : { main: basename(path) }),
    names: (await readdir(folder)).sort(),
    locate: (name) => Promise.resolve(join(folder, name)),
  });
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
    remedy: "Give the folder that tfjs saved a model in; the file is of something else, or damaged",
    cause,
  });
}

function noModelJson(folder: string, name: string): GraftError {
  return new GraftError({
    code: "backbone/no-model-json",
    expected: `${name} in ${folder}`,
    found: "a folder without it",
    remedy: "Give the folder that model.save() of tfjs wrote, or the folder inside the package that holds the model",
  });
}

function missingFile(folder: string, name: string, cause: unknown): GraftError {
  return new GraftError({
    code: "backbone/missing-file",
    expected: `the file ${name} in ${folder}`,
    found: (cause as NodeJS.ErrnoException).code === "ENOENT" ? "no such file" : (cause as Error).message,
    remedy: "Copy the whole folder of the model, with all its files",
    cause,
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
