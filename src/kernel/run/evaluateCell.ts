/** Compiles and runs one piece of notebook code in the scope of the notebook. */
import { types } from "node:util";
import { Script } from "node:vm";
import { InterruptedError } from "../../shared/graftError";
import { Binding, type NotebookScope } from "../cell/binding";
import { compileCell, type CompiledCell } from "../cell/compileCell";
import { SyntaxProblem } from "../cell/syntaxProblem";
import type { CellRuntime, CodeRuntime } from "./cellRuntime";
import { runIn, type Execution } from "./execution";
import { forgetSignal } from "./interrupts";
import type { ModuleLoader, Namespace } from "./moduleLoader";
import { rememberCell } from "./sources";

export interface CellContext {
  readonly scope: NotebookScope;
  readonly modules: ModuleLoader;
  readonly runtime: CodeRuntime;
}

/** Throws `SyntaxProblem`. */
export function prepareCell(text: string, fileName: string, { scope }: CellContext): CompiledCell {
  const compiled = compileCell(text, fileName, scope);
  rememberCell(fileName, compiled.positions);
  return compiled;
}

/**
 * Runs the code and returns the value of its last expression, undefined when there is none. Rejects with what the cell
 * throws, or with `InterruptedError` as soon as the execution is abandoned.
 */
export async function evaluateCell(cell: CompiledCell, execution: Execution, context: CellContext): Promise<unknown> {
  try {
    const value = await valueOf(cell, execution, context);
    if (execution.interrupted) {
      // Somebody pressed interrupt while a call computed that cannot be stopped: it has ended, and what waits behind must not run.
      throw execution.interruption();
    }
    return value;
  } finally {
    if (execution.interrupted) {
      execution.abandon(); // Its timers too, in whatever way it came to its end.
    }
  }
}

async function valueOf(cell: CompiledCell, execution: Execution, context: CellContext): Promise<unknown> {
  const script = compileScript(cell, execution.fileName);
  const imported = new Set(cell.imports.flatMap(({ names }) => names.map(({ local }) => local)));
  for (const { specifier, names, start } of cell.imports) {
    const load = runIn(execution, () => context.modules.load(specifier));
    const namespace = await execution.orAbandoned(load).catch((error: unknown) => {
      throw withPlace(error, execution.fileName, cell, start);
    });
    bindImports(names, namespace, specifier, context.scope);
  }
  for (const [name, kind] of cell.declared) {
    const binding = context.scope.binding(name);
    // Imports are bound already.
    if (!imported.has(name)) {
      binding.declare(kind);
    }
  }
  const result = new Binding("result");
  const runtime: CellRuntime = {
    ...context.runtime,
    bindings: cell.names.map((name) => context.scope.binding(name)),
    result,
  };
  const run = cell.calls ? () => start(script, runtime, execution) : () => script(runtime);
  await execution.orAbandoned(runIn(execution, run));
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

/**
 * The launcher runs inside `vm` so that SIGINT can end loops in libraries, which have no checks. That takes a thread to be
 * started and ended, which is a good part of what a small cell costs: cells that call nothing do without.
 */
const launchKey = Symbol.for("graft.launchCell");
const launcher = new Script('globalThis[Symbol.for("graft.launchCell")]()');

async function start(
  script: (runtime: CellRuntime) => Promise<void>,
  runtime: CellRuntime,
  execution: Execution,
): Promise<void> {
  const slot = globalThis as { [launchKey]?: () => Promise<void> };
  slot[launchKey] = () => script(runtime);
  try {
    await (launcher.runInThisContext({ breakOnSigint: process.platform !== "win32" }) as Promise<void>);
  } catch (error) {
    if ((error as NodeJS.ErrnoException | undefined)?.code !== "ERR_SCRIPT_EXECUTION_INTERRUPTED") {
      throw error;
    }
    forgetSignal(runtime.flag);
    execution.abandon();
    throw execution.interruption();
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
    binding.declare("const");
    binding.imported = imported !== "*" && specifier.startsWith(".") ? "file" : "module";
    if (imported === "*") {
      binding.v = namespace;
    } else if (isLive(namespace, imported)) {
      binding.follow(() => namespace[imported]);
    } else if (imported in namespace) {
      binding.v = namespace[imported];
    } else {
      // It may be a type, which leaves no trace at run time: complain only when it is used as a value.
      binding.clear(`${local} is not defined: "${specifier}" exports no value named '${imported}'`);
    }
  }
}

/** True when the module may give the export another value later: `export let`. */
function isLive(namespace: Namespace, name: string): boolean {
  const property = Object.getOwnPropertyDescriptor(namespace, name);
  return property?.get !== undefined || (property !== undefined && types.isModuleNamespaceObject(namespace));
}

/** An import that fails has no frame of the cell in its stack: give it one. */
function withPlace(error: unknown, fileName: string, cell: CompiledCell, start: number): unknown {
  if (error instanceof Error && !(error instanceof InterruptedError)) {
    const { line, column } = cell.positions.ofStripped(start);
    error.stack = `${error.stack ?? String(error)}\n    at ${fileName}:${line}:${column}`;
  }
  return error;
}
