/**
 * Finds the declarations of what cells import: by the `exports` of packages as Node does, and where that gives no types, by
 * the older way, which finds declarations that `exports` forgets to name.
 */
import type * as typescript from "@tslab/typescript-for-tslab";
import type { TypeScript } from "./cellProgram";

type Resolved = typescript.ResolvedModuleWithFailedLookupLocations;

export class ModuleResolver {
  readonly #ts: TypeScript;
  readonly #ways: readonly typescript.CompilerOptions[];
  readonly #host: typescript.ModuleResolutionHost;
  #caches: readonly typescript.ModuleResolutionCache[] = [];

  constructor(ts: TypeScript, options: typescript.CompilerOptions, host: typescript.ModuleResolutionHost) {
    this.#ts = ts;
    this.#host = {
      fileExists: (path) => host.fileExists(path),
      readFile: (path) => host.readFile(path),
      directoryExists: (path) => host.directoryExists?.(path) ?? true,
      getDirectories: (path) => host.getDirectories?.(path) ?? [],
      realpath: (path) => ts.sys.realpath?.(path) ?? path,
      useCaseSensitiveFileNames: true,
    };
    this.#ways = [options, { ...options, moduleResolution: ts.ModuleResolutionKind.Node10 }];
    this.forget();
  }

  /** The disk may have changed: what was not found is looked for again. */
  forget(): void {
    this.#caches = this.#ways.map((options) => this.#ts.createModuleResolutionCache("/", (name) => name, options));
  }

  resolve(specifier: string, file: string): Resolved {
    let found: Resolved | undefined;
    for (const [way, options] of this.#ways.entries()) {
      const { resolvedModule, ...rest } = this.#ts.resolveModuleName(
        specifier,
        file,
        options,
        this.#host,
        this.#caches[way],
      );
      found ??= { resolvedModule, ...rest };
      if (resolvedModule !== undefined && !/\.[cm]?js$/.test(resolvedModule.resolvedFileName)) {
        return { resolvedModule, ...rest };
      }
    }
    return found ?? { resolvedModule: undefined };
  }
}
