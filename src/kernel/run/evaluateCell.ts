/** Compiles and runs one piece of notebook code in the scope of the notebook. */
import { Script } from "node:vm";
import { InterruptedError } from "../../shared/graftError";
import { Binding, type NotebookScope } from "../cell/binding";
import { compileCell, type CompiledCell } from "../cell/compileCell";
import { SyntaxProblem } from "../cell/syntaxProblem";
import type { CellRuntime, CodeRuntime } from "./cellRuntime";
import { runIn, type Execution } from "./execution";
import type { ModuleLoader, Namespace } from "./moduleLoader";
import { rememberSource } from "./sources";

export interface CellContext {
  readonly scope: NotebookScope;
  readonly modules: ModuleLoader;
  readonly runtime: CodeRuntime;
}

/** Throws `SyntaxProblem`. */
export function prepareCell(text: string, fileName: string, { scope }: CellContext): CompiledCell {
  const compiled = compileCell(text, fileName, scope);
  rememberSource(fileName, compiled.positions);
  return compiled;
}

/**
 * Runs the code and returns the value of its last expression, undefined when there is none. Rejects with what the cell
 * throws, or with `InterruptedError` as soon as the execution is abandoned.
 */
export async function evaluateCell(cell: CompiledCell, execution: Execution, context: CellContext): Promise<unknown> {
  const script = compileScript(cell, execution.fileName);
  for (const { specifier, names, start } of cell.imports) {
    const load = runIn(execution, () => context.modules.load(specifier));
    const namespace = await execution.orAbandoned(load).catch((error: unknown) => {
      throw withPlace(error, execution.fileName, cell, start);
    });
    bindImports(names, namespace, specifier, context.scope);
  }
  for (const [name, kind] of cell.declared) {
    const binding = context.scope.binding(name);
    binding.kind = kind;
  }
  const result = new Binding("result");
  const runtime: CellRuntime = {
    ...context.runtime,
    bindings: cell.names.map((name) => context.scope.binding(name)),
    result,
  };
  await execution.orAbandoned(runIn(execution, () => start(script, runtime)));
  return result.t;
}

function compileScript(cell: CompiledCell, fileName: string): (runtime: CellRuntime) => Promise<void> {
  try {
    return new Script(cell.code, { filename: fileName }).runInThisContext() as (runtime: CellRuntime) => Promise<void>;
  } catch (error) {
    // What the parser accepts and this Node does not know yet.
    const line = Number(/:(\d+)\n/.exec((error as Error).stack ?? "")?.[1] ?? 1);
    const place = cell.positions.ofCompiled({ line, column: 1 });
    throw new SyntaxProblem(`${(error as Error).message} in Node ${process.versions.node}.`, place);
  }
}

/** The launcher runs inside `vm` so that SIGINT can end loops in libraries, which have no checks. */
const launchKey = Symbol.for("graft.launchCell");
const launcher = new Script('globalThis[Symbol.for("graft.launchCell")]()');

async function start(script: (runtime: CellRuntime) => Promise<void>, runtime: CellRuntime): Promise<void> {
  const slot = globalThis as { [launchKey]?: () => Promise<void> };
  slot[launchKey] = () => script(runtime);
  try {
    await (launcher.runInThisContext({ breakOnSigint: process.platform !== "win32" }) as Promise<void>);
  } catch (error) {
    throw (error as NodeJS.ErrnoException | undefined)?.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED"
      ? new InterruptedError()
      : error;
  }
}

function bindImports(
  names: CompiledCell["imports"][number]["names"],
  namespace: Namespace,
  specifier: string,
  scope: NotebookScope,
): void {
  for (const { imported, local } of names) {
    const binding = scope.binding(local);
    binding.kind = "const";
    if (imported === "*") {
      binding.v = namespace;
    } else if (imported in namespace) {
      binding.v = namespace[imported];
    } else {
      // It may be a type, which leaves no trace at run time: complain only when it is used as a value.
      binding.clear(`${local} is not defined: "${specifier}" exports no value named '${imported}'`);
    }
  }
}

/** An import that fails has no frame of the cell in its stack: give it one. */
function withPlace(error: unknown, fileName: string, cell: CompiledCell, start: number): unknown {
  if (error instanceof Error && !(error instanceof InterruptedError)) {
    const { line, column } = cell.positions.ofStripped(start);
    error.stack = `${error.stack ?? String(error)}\n    at ${fileName}:${line}:${column}`;
  }
  return error;
}
