/**
 * Cells as TypeScript's language service sees them: each is a module of its own whose names are looked up in the cell before
 * it, and so on to the first. That is done by making a cell's syntax tree the child of its predecessor's, as tslab does for
 * its one text of earlier declarations. So types flow from cell to cell without being written out, a name can be declared
 * again, and a change costs one parse: whatever depends on it is inferred again when somebody asks.
 */
import { dirname, join } from "node:path";
import type * as typescript from "@tslab/typescript-for-tslab";
import { slashes, globalTypes, LanguageFiles, type LanguageFolders } from "./languageFiles";
import { ModuleResolver } from "./moduleResolver";
import { readableCell } from "./readableCell";

export type TypeScript = typeof typescript;

interface CellFile {
  readonly text: string;
  readonly version: number;
  /** True when the cell is valid syntax of today, whatever TypeScript 5.0 says about it. */
  readonly isValid: boolean;
  readonly snapshot: typescript.IScriptSnapshot;
}

export class CellProgram {
  readonly ts: TypeScript;
  readonly #service: typescript.LanguageService;
  readonly #files: LanguageFiles;
  readonly #resolver: ModuleResolver;
  readonly #prefix: string;
  readonly #cells = new Map<string, CellFile>();
  readonly #chains = new Map<string, readonly string[]>();
  /** Declarations of packages that a cell has imported: kept, so that an import can be edited without reading them anew. */
  readonly #libraries: Set<string>;
  #versions = 0;

  constructor(ts: TypeScript, folders: LanguageFolders, libraryFolder: string) {
    this.ts = ts;
    this.#files = new LanguageFiles(ts.sys, folders);
    this.#libraries = new Set([this.#files.graft]);
    this.#prefix = slashes(join(folders.notebookFolder, "__graft_cell_"));
    const options = compilerOptions(ts, folders);
    this.#resolver = new ModuleResolver(ts, options, this.#files);
    this.#service = ts.createLanguageService(
      {
        getCompilationSettings: () => options,
        getScriptFileNames: () => [...this.#cells.keys(), ...this.#libraries],
        getScriptVersion: (path) => String(this.#cells.get(path)?.version ?? this.#files.version(path)),
        getScriptSnapshot: (path) => this.#cells.get(path)?.snapshot ?? this.#snapshot(path),
        getCurrentDirectory: () => dirname(this.#prefix),
        getDefaultLibFileName: () => slashes(join(libraryFolder, "lib.es2023.d.ts")),
        fileExists: (path) => this.#cells.has(path) || this.#files.fileExists(path),
        readFile: (path) => this.#cells.get(path)?.text ?? this.#files.readFile(path),
        directoryExists: (path) => this.#files.directoryExists(path),
        getDirectories: (path) => this.#files.getDirectories(path),
        readDirectory: (path, extensions, exclude, include, depth) =>
          ts.sys.readDirectory(path, extensions, exclude, include, depth),
        realpath: (path) => ts.sys.realpath?.(path) ?? path,
        useCaseSensitiveFileNames: () => true,
        resolveModuleNameLiterals: (literals, file) => literals.map(({ text }) => this.#resolve(text, file)),
      },
      ts.createDocumentRegistry(true, dirname(this.#prefix)),
    );
  }

  /** Replaces a chain of cells: each sees the names of those before it. Cells that are as they were cost nothing. */
  setChain(chain: string, cells: readonly { readonly key: string | number; readonly text: string }[]): void {
    const before = this.#chains.get(chain) ?? [];
    const files = cells.map(({ key, text }) => this.#write(`${this.#prefix}${chain}_${key}__.ts`, text));
    this.#chains.set(chain, files);
    const inUse = new Set([...this.#chains.values()].flat());
    for (const file of before.filter((path) => !inUse.has(path))) {
      this.#cells.delete(file);
    }
  }

  /** The service, ready to be asked about any cell. */
  service(): typescript.LanguageService {
    this.#resolver.forget();
    const program = this.#service.getProgram()!;
    program.getTypeChecker(); // Binding sets the parents of syntax trees; the chain is laid afterwards.
    for (const files of this.#chains.values()) {
      let previous: typescript.SourceFile | undefined;
      for (const path of files) {
        const file = program.getSourceFile(path)!;
        (file as { parent: typescript.Node | undefined }).parent = previous;
        previous = file;
      }
    }
    return this.#service;
  }

  /** Syntax tree of a file that the service knows. */
  sourceFile(path: string): typescript.SourceFile {
    return this.#service.getProgram()!.getSourceFile(path)!;
  }

  /** Paths of the chain's cells. */
  files(chain: string): readonly string[] {
    return this.#chains.get(chain) ?? [];
  }

  textOf(path: string): string {
    return this.#cells.get(path)?.text ?? "";
  }

  isCell(path: string): boolean {
    return this.#cells.has(path);
  }

  isValid(path: string): boolean {
    return this.#cells.get(path)?.isValid ?? true;
  }

  #resolve(specifier: string, file: string): typescript.ResolvedModuleWithFailedLookupLocations {
    const found = this.#resolver.resolve(specifier, file);
    const library = found.resolvedModule?.resolvedFileName;
    if (library?.endsWith(".d.ts") === true && library.includes("/node_modules/") && this.#cells.has(file)) {
      this.#libraries.add(library);
    }
    return found;
  }

  #write(path: string, text: string): string {
    if (this.#cells.get(path)?.text !== text) {
      const { readable, isValid } = readableCell(text);
      const snapshot = this.ts.ScriptSnapshot.fromString(readable);
      this.#cells.set(path, { text, version: ++this.#versions, isValid, snapshot });
    }
    return path;
  }

  #snapshot(path: string): typescript.IScriptSnapshot | undefined {
    const text = this.#files.readFile(path);
    return text === undefined ? undefined : this.ts.ScriptSnapshot.fromString(text);
  }
}

function compilerOptions(ts: TypeScript, folders: LanguageFolders): typescript.CompilerOptions {
  return {
    ...globalTypes(folders),
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    moduleDetection: ts.ModuleDetectionKind.Force,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2023.d.ts"],
    allowImportingTsExtensions: true,
    allowJs: true,
    esModuleInterop: true,
    experimentalDecorators: true,
    noEmit: true,
    resolveJsonModule: true,
    skipLibCheck: true,
  };
}
