/**
 * Puts the main thread's parts together: scope, module resolution, streams, executor, and what the lab needs from its host.
 * Knows the io thread only as something to post to.
 */
import { join } from "node:path";
import type { TypeErrorMode } from "../protocol/launchKernel";
import { distFolder } from "../shared/distFolder";
import { InterruptedError } from "../shared/graftError";
import { installLabHost } from "../shared/labHost";
import { NotebookScope } from "./cell/binding";
import type { FromIo, ToIo } from "./link";
import { cellTimers, each, stop, wait, type CodeRuntime } from "./run/cellRuntime";
import { describeError } from "./run/describeError";
import { cellDisplay, showBundle } from "./run/display";
import { currentExecution } from "./run/execution";
import { Executor } from "./run/executor";
import { Interrupts, type FlagMemory } from "./run/interrupts";
import { loweredSyntax } from "./run/loweredSyntax";
import { ModuleLoader } from "./run/moduleLoader";
import { Reporter } from "./run/reporter";
import { installStackTraces } from "./run/sources";
import { Streams } from "./run/streams";
import { Engines } from "./session/engineInfo";
import type { TextWriter } from "./textRing";
import { SessionReport } from "./session/sessionReport";

export interface KernelOptions {
  readonly notebookFolder: string;
  readonly typeErrors: TypeErrorMode;
  readonly flags: FlagMemory;
  readonly text: TextWriter;
  readonly post: (message: ToIo) => void;
  /** Takes in messages of the io thread that were not delivered yet. */
  readonly drain: () => void;
}

export class Kernel {
  readonly #options: KernelOptions;
  readonly #reporter: Reporter;
  readonly #streams: Streams;
  readonly #interrupts: Interrupts;
  readonly #executor: Executor;
  readonly #session: SessionReport;

  constructor(options: KernelOptions) {
    this.#options = options;
    this.#reporter = new Reporter(options.post);
    this.#streams = new Streams(options.post, options.text);
    this.#interrupts = new Interrupts(options.flags);
    const engines = new Engines(distFolder());
    const scope = new NotebookScope();
    const modules: ModuleLoader = new ModuleLoader({
      notebookFolder: options.notebookFolder,
      distFolder: distFolder(),
      runtime: (folder) => this.#runtime(modules, folder),
      prepareTensors: (tfjs) => engines.prepareTensors(tfjs, (text) => this.#streams.write("stderr", text)),
    });
    this.#session = new SessionReport(scope, this.#reporter, () => engines.info);
    this.#provide(scope, modules);
    this.#executor = new Executor({
      context: { scope, modules, runtime: this.#runtime(modules, options.notebookFolder) },
      reporter: this.#reporter,
      interrupts: this.#interrupts,
      typeErrors: options.typeErrors,
      drain: options.drain,
      onBegin: () => process.off("SIGTERM", this.#endBySignal),
      onEnd: (execution) => {
        process.on("SIGTERM", this.#endBySignal);
        this.#session.publish(execution.parent);
      },
    });
  }

  /** Takes over the process: streams, stack traces, stray errors, signals. */
  start(): void {
    installStackTraces(join(distFolder(), "kernel.js"));
    this.#installLabHost();
    this.#streams.redirect();
    process.on("unhandledRejection", (error) => this.#reportStray("Unhandled promise rejection", error));
    process.on("uncaughtException", (error) => this.#reportStray("Uncaught exception", error));
    process.on("SIGINT", () => this.#handleInterrupt(this.#interrupts.slot));
    process.on("SIGTERM", this.#endBySignal);
    this.#session.publish("{}");
  }

  fromIo(message: FromIo): void {
    switch (message.kind) {
      case "request":
        this.#executor.enqueue(message.message);
        break;
      case "checked":
        this.#executor.checked(message.id, message.problems);
        break;
      case "interrupt":
        this.#handleInterrupt(message.slot);
        break;
      case "exit":
        process.exit(0);
        break;
      case "ready":
      case "failed":
        break; // Dealt with where the io thread is started.
      default:
        message satisfies never;
    }
  }

  /**
   * Ends cleanly between executions. While a cell runs this does not listen, so the signal's default ends the process at
   * once even when the cell never yields.
   */
  readonly #endBySignal = (): void => this.#options.post({ kind: "end" });

  #handleInterrupt(slot: number): void {
    this.#options.post({ kind: "interrupted" });
    this.#interrupts.handle(slot);
  }

  #runtime(modules: ModuleLoader, folder: string): CodeRuntime {
    return {
      flag: this.#options.flags,
      stop,
      wait,
      each,
      load: (specifier) => modules.load(specifier, folder),
      babelHelpers: loweredSyntax,
      meta: { dirname: folder, url: `file://${folder}/` },
    };
  }

  #provide(scope: NotebookScope, modules: ModuleLoader): void {
    scope.provide("display", cellDisplay(this.#reporter));
    scope.provide("require", modules.require);
    for (const [name, timer] of Object.entries(cellTimers(() => this.#interrupts.clear()))) {
      scope.provide(name, timer);
    }
  }

  #installLabHost(): void {
    const reporter = this.#reporter;
    installLabHost({
      notebookFolder: this.#options.notebookFolder,
      get interruptFlag() {
        const execution = currentExecution();
        if (execution === undefined) {
          return new Int32Array(new SharedArrayBuffer(4));
        }
        execution.usesLab = true;
        return execution.flag;
      },
      display: (bundle, options) => showBundle(reporter, bundle, options),
      progress: (progress) => {
        const execution = currentExecution();
        if (execution?.abandoned !== true) {
          reporter.session(execution?.parent ?? "{}", { kind: "progress", progress });
        }
      },
    });
  }

  /** An error that no cell awaits: shown under the cell that it came from, and the kernel lives on. */
  #reportStray(what: string, error: unknown): void {
    const execution = currentExecution();
    if (error instanceof InterruptedError) {
      this.#interrupts.clear();
      execution?.abandon();
      return;
    }
    const { traceback } = describeError(error, { code: "", fileName: execution?.fileName ?? "" });
    this.#streams.write("stderr", `${what}: ${traceback.join("\n")}\n`);
    if (execution === undefined) {
      this.#streams.log(String(error));
    }
  }
}
