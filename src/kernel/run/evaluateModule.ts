import { Script } from "node:vm";
import type { CompiledModule } from "../cell/compileModule";
import type { CodeRuntime } from "./cellRuntime";

export interface ModuleRuntime {
  readonly runtime: CodeRuntime;
  /** What each import gave, in the order of `CompiledModule.imports`. */
  readonly modules: readonly Readonly<Record<string, unknown>>[];
  /** Receives the exports as getters, so that they stay live. */
  readonly exports: Record<string, unknown>;
}

export async function evaluateModule(
  { code }: CompiledModule,
  file: string,
  { runtime, modules, exports }: ModuleRuntime,
): Promise<void> {
  const run = new Script(code, { filename: file }).runInThisContext() as (runtime: object) => Promise<void>;
  await run({
    ...runtime,
    modules,
    define: (getters: Record<string, () => unknown>) => {
      for (const [name, get] of Object.entries(getters)) {
        Object.defineProperty(exports, name, { get, enumerable: true, configurable: true });
      }
    },
    copy: (from: Readonly<Record<string, unknown>>) => {
      for (const name of Object.keys(from)) {
        if (name !== "default" && !(name in exports)) {
          Object.defineProperty(exports, name, { get: () => from[name], enumerable: true, configurable: true });
        }
      }
    },
  });
}
