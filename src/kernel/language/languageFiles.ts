/**
 * The disk as the language service sees it: the real one, with the declarations of "graft" and of tfjs as if they were
 * installed beside the notebook, and the globals of cells in the standard library.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, sep } from "node:path";
import type * as typescript from "@tslab/typescript-for-tslab";
import { cellGlobals } from "./cellGlobals";

export interface LanguageFolders {
  readonly notebookFolder: string;
  /** Graft's own `dist`. */
  readonly distFolder: string;
}

export class LanguageFiles {
  readonly #system: typescript.System;
  readonly #notebookFolder: string;
  readonly #ownFolder: string;
  readonly #virtual: ReadonlyMap<string, string>;
  readonly #virtualFolders: ReadonlySet<string>;

  constructor(system: typescript.System, folders: LanguageFolders) {
    this.#system = system;
    this.#notebookFolder = slashes(folders.notebookFolder);
    this.#ownFolder = slashes(folders.distFolder);
    this.#virtual = virtualFiles(folders);
    this.#virtualFolders = new Set([...this.#virtual.keys()].flatMap((file) => foldersOf(file, this.#notebookFolder)));
  }

  readFile(path: string): string | undefined {
    const text = this.#virtual.get(path) ?? this.#system.readFile(path);
    return path.endsWith("/lib.es2023.d.ts") && text !== undefined ? `${text}\n${cellGlobals}` : text;
  }

  fileExists(path: string): boolean {
    return this.#virtual.has(path) || this.#system.fileExists(path);
  }

  directoryExists(path: string): boolean {
    return this.#virtualFolders.has(withoutSlash(path)) || this.#system.directoryExists(path);
  }

  getDirectories(path: string): string[] {
    const virtual = [...this.#virtualFolders].filter((folder) => dirname(folder) === withoutSlash(path));
    const real = this.#system.directoryExists(path) ? this.#system.getDirectories(path) : [];
    return [...new Set([...real, ...virtual.map((folder) => basename(folder))])];
  }

  /** The declarations of "graft", which nearly every notebook imports. */
  get graft(): string {
    return `${this.#notebookFolder}/node_modules/graft/index.d.ts`;
  }

  /** Changes when the file may have changed: only the person's own files are looked at again. */
  version(path: string): string {
    const isOwn = path.startsWith(`${this.#notebookFolder}/`) && !path.includes("/node_modules/");
    if (!isOwn || path.startsWith(`${this.#ownFolder}/`)) {
      return "";
    }
    return String(statSync(path, { throwIfNoEntry: false })?.mtimeMs);
  }
}

/** Folders of global types, and the names of those to load: Node's, and what is installed beside the notebook. */
export function globalTypes({ notebookFolder, distFolder }: LanguageFolders): { typeRoots: string[]; types: string[] } {
  const beside = join(notebookFolder, "node_modules", "@types");
  const own = nodeTypesFolder(distFolder);
  const names = existsSync(beside) ? readdirSync(beside).filter((name) => !name.startsWith(".")) : [];
  return {
    typeRoots: [slashes(beside), ...(own === undefined ? [] : [own])],
    types: [...new Set(["node", ...(slashes(beside) === own ? [] : names)])],
  };
}

function withoutSlash(folder: string): string {
  return folder.replace(/\/$/, "");
}

/** TypeScript's paths have forward slashes on every system. */
export function slashes(path: string): string {
  return path.split(sep).join("/");
}

/** Declarations by path. Absolute imports in them reach what lies elsewhere on the disk. */
function virtualFiles({ notebookFolder, distFolder }: LanguageFolders): Map<string, string> {
  const files = new Map<string, string>();
  const add = (name: string, target: string): void => {
    const file = join(notebookFolder, "node_modules", name, "index.d.ts");
    files.set(slashes(file), `export * from ${JSON.stringify(slashes(target))};\n`);
  };
  add("graft", join(distFolder, "types", "lab", "index"));
  const here = createRequire(join(notebookFolder, "cell.js"));
  if (!resolves(here, "@tensorflow/tfjs/package.json")) {
    const own = createRequire(join(distFolder, "kernel.js"));
    if (resolves(own, "@tensorflow/tfjs/package.json")) {
      add("@tensorflow/tfjs", dirname(own.resolve("@tensorflow/tfjs/package.json")));
    }
  }
  return files;
}

function nodeTypesFolder(distFolder: string): string | undefined {
  const require = createRequire(createRequire(join(distFolder, "kernel.js")).resolve("tslab/package.json"));
  try {
    return slashes(dirname(dirname(require.resolve("@types/node/package.json"))));
  } catch {
    return undefined; // Cells are then checked without Node's types.
  }
}

function resolves(require: NodeJS.Require, name: string): boolean {
  try {
    return existsSync(require.resolve(name));
  } catch {
    return false; // Not installed there.
  }
}

/** All folders above the file and below `upTo`. */
function foldersOf(file: string, upTo: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(file); folder.length > upTo.length; folder = dirname(folder)) {
    folders.push(folder);
  }
  return folders;
}
