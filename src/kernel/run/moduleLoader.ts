/**
 * What `import` means in a notebook: `"graft"` is the running library (one instance), relative paths are files beside the
 * notebook (TypeScript compiled and stoppable like a cell, loaded anew when they changed), everything else is resolved from
 * the notebook's folder, and `@tensorflow/*` from Graft's own packages when the notebook has none.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { dirname, extname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { types } from "node:util";
import { constants, Script } from "node:vm";
import { GraftError } from "../../shared/graftError";
import { compileModule } from "../cell/compileModule";
import type { CodeRuntime } from "./cellRuntime";
import { evaluateModule } from "./evaluateModule";
import { rememberModule } from "./sources";

export type Namespace = Readonly<Record<string, unknown>>;

export interface ModuleLoaderOptions {
  readonly notebookFolder: string;
  /** Where `graft.js` is, with Graft's own `node_modules` above it. */
  readonly distFolder: string;
  runtime(folder: string): CodeRuntime;
  /** Called once, after `@tensorflow/tfjs` has been loaded and before the cell gets it. */
  prepareTensors(tfjs: Namespace): Promise<void>;
}

interface LoadedFile {
  readonly version: string;
  readonly exports: Namespace;
  readonly dependencies: Set<string>;
}

export class ModuleLoader {
  readonly #options: ModuleLoaderOptions;
  readonly #requireHere: NodeJS.Require;
  readonly #requireOwn: NodeJS.Require;
  readonly #files = new Map<string, LoadedFile>();
  /** Versions of the JavaScript files that have been loaded. */
  readonly #scripts = new Map<string, string>();
  /** ES modules that have been loaded anew. */
  readonly #moduleVersions = new Map<string, Namespace>();
  #tensorsReady: Promise<void> | undefined;

  constructor(options: ModuleLoaderOptions) {
    this.#options = options;
    this.#requireHere = createRequire(join(options.notebookFolder, "cell.js"));
    this.#requireOwn = createRequire(join(options.distFolder, "kernel.js"));
  }

  /** `require` as cells see it. */
  get require(): NodeJS.Require {
    return this.#requireHere;
  }

  /** Loads what `specifier` means in a file of `folder`. Throws `cell/module-not-found`, or what the module throws. */
  async load(specifier: string, folder = this.#options.notebookFolder): Promise<Namespace> {
    if (specifier === "graft") {
      return namespaceOf(this.#requireOwn(join(this.#options.distFolder, "graft.js")));
    }
    if (/^\.{1,2}(\/|$)/.test(specifier) || isAbsolute(specifier) || specifier.startsWith("file:")) {
      return this.#loadFile(specifier, folder);
    }
    const loaded = await this.#loadPackage(specifier, folder);
    if (specifier === "@tensorflow/tfjs") {
      this.#tensorsReady ??= this.#options.prepareTensors(loaded);
      await this.#tensorsReady;
    }
    return loaded;
  }

  async #loadPackage(specifier: string, folder: string): Promise<Namespace> {
    const require =
      folder === this.#options.notebookFolder ? this.#requireHere : createRequire(join(folder, "module.js"));
    if (isBuiltin(specifier)) {
      return namespaceOf(require(specifier));
    }
    try {
      return await requireOrImport(require, specifier, folder);
    } catch (error) {
      if (!isNotFound(error, specifier)) {
        throw error;
      }
    }
    if (specifier.startsWith("@tensorflow/")) {
      return requireOrImport(this.#requireOwn, specifier, this.#options.distFolder);
    }
    throw new GraftError({
      code: "cell/module-not-found",
      expected: `the package "${specifier}" in ${folder} or above it`,
      found: "no such package",
      remedy: `Run 'npm install ${packageName(specifier)}' there`,
    });
  }

  async #loadFile(specifier: string, folder: string): Promise<Namespace> {
    const path = specifier.startsWith("file:") ? fileURLToPath(specifier) : resolve(folder, specifier);
    const file = candidates(path).find((candidate) => existsSync(candidate) && statSync(candidate).isFile());
    if (file === undefined) {
      throw new GraftError({
        code: "cell/module-not-found",
        expected: `a file ${specifier} (as .ts, .js, .mjs, .cjs or .json) in ${folder}`,
        found: "no such file",
        remedy: "Correct the path; it is relative to the file with the import",
      });
    }
    switch (extname(file)) {
      case ".ts":
      case ".mts":
      case ".cts":
        return this.#loadTypeScript(file);
      case ".json":
        return namespaceOf(parseJson(file));
      default:
        return this.#loadJavaScript(file);
    }
  }

  /** Node keeps what it has loaded: a file that has changed is taken out of its cache, or named so that it is not found there. */
  async #loadJavaScript(file: string): Promise<Namespace> {
    const version = versionOf(file);
    const changed = this.#scripts.has(file) && this.#scripts.get(file) !== version;
    this.#scripts.set(file, version);
    const folder = dirname(file);
    if (!changed) {
      return this.#moduleVersions.get(file) ?? requireOrImport(this.#requireHere, file, folder);
    }
    Reflect.deleteProperty(this.#requireHere.cache, file);
    const loaded = await requireOrImport(this.#requireHere, file, folder);
    if (!types.isModuleNamespaceObject(loaded)) {
      return loaded;
    }
    const anew = await importFrom(folder, `${pathToFileURL(file).href}?${encodeURIComponent(version)}`);
    this.#moduleVersions.set(file, anew);
    return anew;
  }

  async #loadTypeScript(file: string): Promise<Namespace> {
    const known = this.#files.get(file);
    if (known !== undefined && this.#isFresh(file, new Set())) {
      return known.exports;
    }
    const exports: Record<string, unknown> = {};
    const dependencies = new Set<string>();
    const version = versionOf(file);
    // Registered before it is evaluated: modules that import each other get each other's unfinished exports.
    this.#files.set(file, { version, exports, dependencies });
    try {
      await this.#evaluate(file, exports, dependencies);
    } catch (error) {
      this.#files.delete(file);
      throw error;
    }
    return exports;
  }

  async #evaluate(file: string, exports: Record<string, unknown>, dependencies: Set<string>): Promise<void> {
    const folder = dirname(file);
    const compiled = compileModule(readFileSync(file, "utf8"), file);
    rememberModule(file, compiled.positions);
    const modules: Namespace[] = [];
    for (const specifier of compiled.imports) {
      if (specifier.startsWith(".")) {
        const path = candidates(resolve(folder, specifier)).find((candidate) => existsSync(candidate));
        if (path !== undefined) {
          dependencies.add(path);
        }
      }
      modules.push(await this.load(specifier, folder));
    }
    await evaluateModule(compiled, file, { runtime: this.#options.runtime(folder), modules, exports });
  }

  /** True when neither the file nor anything that it imports has changed since it was loaded. */
  #isFresh(file: string, seen: Set<string>): boolean {
    if (seen.has(file)) {
      return true;
    }
    seen.add(file);
    const known = this.#files.get(file);
    if (known === undefined) {
      return extname(file) !== ".ts";
    }
    return known.version === versionOf(file) && [...known.dependencies].every((path) => this.#isFresh(path, seen));
  }
}

function candidates(path: string): string[] {
  const asTypeScript = path.replace(/\.(m|c)?js$/, ".$1ts");
  const extensions = [".ts", ".mts", ".js", ".mjs", ".cjs", ".json"];
  return [
    path,
    ...(asTypeScript === path ? [] : [asTypeScript]),
    ...extensions.map((extension) => path + extension),
    join(path, "index.ts"),
    join(path, "index.js"),
  ];
}

function versionOf(file: string): string {
  const { mtimeMs, size } = statSync(file);
  return `${mtimeMs} ${size}`;
}

function parseJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new GraftError({
      code: "cell/bad-json",
      expected: `JSON in ${file}`,
      found: (error as Error).message,
      remedy: "Mend the file",
      cause: error,
    });
  }
}

/** CommonJS first, so that cells and the library share one instance of a package; ESM-only packages by `import()`. */
async function requireOrImport(require: NodeJS.Require, specifier: string, folder: string): Promise<Namespace> {
  try {
    return namespaceOf(require(specifier));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ERR_REQUIRE_ESM" && code !== "ERR_REQUIRE_ASYNC_MODULE" && code !== "ERR_PACKAGE_PATH_NOT_EXPORTED") {
      throw error;
    }
    return importFrom(folder, isAbsolute(specifier) ? pathToFileURL(specifier).href : specifier);
  }
}

/** Node's own `import()`, as if it stood in a file of the folder. */
function importFrom(folder: string, specifier: string): Promise<Namespace> {
  const script = new Script("(specifier) => import(specifier)", {
    filename: join(folder, "cell.js"),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  return (script.runInThisContext() as (specifier: string) => Promise<Namespace>)(specifier);
}

function isNotFound(error: unknown, specifier: string): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "MODULE_NOT_FOUND" && message.includes(`'${specifier}'`);
}

function packageName(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

/** What `import * as ns` gives for a module that `require` has loaded. */
export function namespaceOf(exports: unknown): Namespace {
  const isObject = (typeof exports === "object" && exports !== null) || typeof exports === "function";
  if (
    isObject &&
    (types.isModuleNamespaceObject(exports) || (exports as { __esModule?: unknown }).__esModule === true)
  ) {
    return exports as Namespace;
  }
  return Object.assign({}, isObject ? exports : undefined, { default: exports });
}
