/**
 * What tslab's converter sees of the disk. Its TypeScript reads through `ts.sys`, so this adds to that: the declarations of
 * "graft" and of tfjs as if they were installed beside the notebook, the globals of cells, and array methods that Node has
 * and TypeScript 5.0 does not know yet. From Graft's own `@types` only Node's are taken.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";

/** The part of TypeScript's `System` that is replaced. */
export interface ConverterSystem {
  readFile(path: string, encoding?: string): string | undefined;
  fileExists(path: string): boolean;
  directoryExists(path: string): boolean;
  getDirectories(path: string): string[];
  watchFile?(path: string, ...rest: never[]): { close(): void };
  watchDirectory?(path: string, ...rest: never[]): { close(): void };
}

export interface ConverterFolders {
  readonly notebookFolder: string;
  readonly distFolder: string;
}

export function extendSystem(system: ConverterSystem, folders: ConverterFolders): void {
  const virtual = virtualFiles(folders);
  const virtualFolders = new Set([...virtual.keys()].flatMap((file) => parents(file, folders.notebookFolder)));
  const nodeTypes = nodeTypesFolder(folders.distFolder);
  const original = {
    readFile: system.readFile.bind(system),
    fileExists: system.fileExists.bind(system),
    directoryExists: system.directoryExists.bind(system),
    getDirectories: system.getDirectories.bind(system),
  };
  // tslab falls back to a folder of its own for @types, which npm may have merged into another one.
  const located = (path: string): string =>
    nodeTypes === undefined ? path : path.replace(/^.*\/tslab\/node_modules\/@types(?=\/|$)/, nodeTypes);

  system.readFile = (path, encoding) => {
    const text = virtual.get(path) ?? original.readFile(located(path), encoding);
    return path.endsWith("/lib.es2022.d.ts") && text !== undefined ? `${text}\n${cellGlobals}` : text;
  };
  system.fileExists = (path) => virtual.has(path) || original.fileExists(located(path));
  system.directoryExists = (path) => virtualFolders.has(path) || original.directoryExists(located(path));
  const watchFile = system.watchFile?.bind(system);
  // TypeScript polls each of hundreds of files; only the person's own change while a notebook is open.
  system.watchFile = (path, ...rest) =>
    watchFile === undefined || path.includes("/node_modules/") || !path.startsWith(slashes(folders.notebookFolder))
      ? nothingToClose
      : watchFile(path, ...rest);
  system.watchDirectory = () => nothingToClose;
  system.getDirectories = (path) => {
    const own = /node_modules\/@types\/?$/.test(path) && !path.startsWith(join(folders.notebookFolder, "node_modules"));
    return own ? ["node"] : original.getDirectories(located(path));
  };
}

const nothingToClose = { close: (): void => undefined };

/** Declarations by path. Absolute imports in them reach what lies elsewhere on the disk. */
function virtualFiles({ notebookFolder, distFolder }: ConverterFolders): Map<string, string> {
  const files = new Map<string, string>();
  const add = (name: string, target: string): void => {
    files.set(slashes(join(notebookFolder, "node_modules", name, "index.d.ts")), `export * from ${quoted(target)};\n`);
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

function parents(file: string, upTo: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(file); folder.length > upTo.length; folder = dirname(folder)) {
    folders.push(folder);
  }
  return folders;
}

/** TypeScript's paths have forward slashes on every system. */
function slashes(path: string): string {
  return path.split(sep).join("/");
}

function quoted(path: string): string {
  return JSON.stringify(slashes(path));
}

/** Appended to the standard library. */
const cellGlobals = `
/// <reference lib="es2023" />
interface DisplayHandle {
  readonly id: string;
  /** Replaces the output in place, also from a later cell. */
  update(value: unknown): void;
}
/**
 * Shows a value under the cell: objects that answer to \`Symbol.for("graft.display")\` with a MIME bundle as that, others as text.
 */
declare function display(value: unknown, options?: { readonly id?: string }): DisplayHandle;
interface ReadonlyArray<T> {
  toReversed(): T[];
  toSorted(compare?: (a: T, b: T) => number): T[];
  toSpliced(start: number, deleteCount?: number, ...items: T[]): T[];
  with(index: number, value: T): T[];
}
interface Array<T> {
  toReversed(): T[];
  toSorted(compare?: (a: T, b: T) => number): T[];
  toSpliced(start: number, deleteCount?: number, ...items: T[]): T[];
  with(index: number, value: T): T[];
}
interface SymbolConstructor {
  readonly dispose: unique symbol;
  readonly asyncDispose: unique symbol;
}
`;
