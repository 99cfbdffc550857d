/**
 * Puts the main thread's parts together: scope, module resolution, streams, executor, and what the lab needs from its host.
 * Knows the io thread only as something to post to.
 */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { types } from "node:util";
import type { TypeErrorMode } from "../protocol/launchKernel";
import { distFolder } from "../shared/distFolder";
import { InterruptedError } from "../shared/graftError";
import { installLabHost } from "../shared/labHost";
import { CellLog } from "./cellLog";
import { NotebookScope } from "./cell/binding";
import type { FromIo, ToIo } from "./link";
import { abandonable, cellTimers, each, stop, wait, type CodeRuntime } from "./run/cellRuntime";
import { describeError } from "./run/describeError";
import { cellClearOutput, cellDisplay, showBundle } from "./run/display";
import { CellComms } from "./run/cellComms";
import { currentExecution, interruptedBy } from "./run/execution";
import { Executor } from "./run/executor";
import { Interrupts, type FlagMemory } from "./run/interrupts";
import { loweredSyntax } from "./run/loweredSyntax";
import { ModuleLoader } from "./run/moduleLoader";
import { Prompts } from "./run/prompts";
import { page } from "./run/pager";
import { Reporter } from "./run/reporter";
import { Selections } from "./run/selections";
import { installStackTraces } from "./run/sources";
import { Streams } from "./run/streams";
import { Engines } from "./session/engineInfo";
import type { TextWriter } from "./textRing";
import { FeatureCache } from "./session/featureCache";
import { SessionReport } from "./session/sessionReport";
import { SessionRuns } from "./session/sessionRuns";
import { VariablesReport } from "./session/variablesReport";

export interface KernelOptions {
  readonly notebookFolder: string;
  readonly checkpointFolder: string | undefined;
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
  readonly #prompts: Prompts;
  readonly #comms: CellComms;
  readonly #selections: Selections;
  readonly #executor: Executor;
  readonly #modules: ModuleLoader;
  readonly #session: SessionReport;
  readonly #variables: VariablesReport;
  readonly #featureCache = new FeatureCache();
  readonly #runs = new SessionRuns();
  readonly #afterCell: (() => void)[] = [];
  readonly #cellLog = new CellLog();
  #ending = false;

  constructor(options: KernelOptions) {
    this.#options = options;
    this.#reporter = new Reporter(options.post);
    this.#streams = new Streams(options.post, options.text);
    this.#interrupts = new Interrupts(options.flags);
    this.#prompts = new Prompts(this.#reporter);
    this.#comms = new CellComms({
      reporter: this.#reporter,
      newId: randomUUID,
      onError: (error) => this.#reportStray("A comm's handler failed", error),
      onInterrupted: () => this.#interrupts.clear(),
    });
    const engines = new Engines(distFolder());
    const scope = new NotebookScope();
    const modules: ModuleLoader = new ModuleLoader({
      notebookFolder: options.notebookFolder,
      distFolder: distFolder(),
      runtime: (folder) => this.#runtime(modules, folder),
      prepareTensors: async (tfjs) => {
        await engines.prepareTensors(tfjs, (text) => this.#streams.write("stderr", text));
        this.#variables.useTensors(tfjs);
      },
    });
    this.#session = new SessionReport(scope, this.#reporter, () => {
      const { tensors } = this.#variables;
      return {
        engine: engines.info,
        featureCache: this.#featureCache.use,
        runs: this.#runs.list,
        ...(tensors === undefined ? {} : { tensors }),
      };
    });
    this.#selections = new Selections(this.#reporter, (object) => this.#session.nameOf(object));
    this.#variables = new VariablesReport(scope, this.#reporter);
    this.#modules = modules;
    this.#provide(scope, modules);
    this.#executor = new Executor({
      context: { scope, modules, runtime: this.#runtime(modules, options.notebookFolder) },
      reporter: this.#reporter,
      interrupts: this.#interrupts,
      prompts: this.#prompts,
      typeErrors: options.typeErrors,
      drain: options.drain,
      log: (text) => this.#streams.log(text),
      onBegin: () => {
        process.off("SIGTERM", this.#endBySignal);
        this.#cellLog.begin(this.#interrupts.running?.fileName ?? "");
      },
      onEnd: (execution) => {
        this.#cellLog.end();
        process.on("SIGTERM", this.#endBySignal);
        this.#session.publish(execution.parent);
        this.#variables.publish(execution.parent);
        this.#featureCache.measure(() => this.#session.publish(execution.parent));
        for (const action of this.#afterCell.splice(0)) {
          action();
        }
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
    process.on("SIGINT", () => {
      if (this.#interrupts.takeSignal()) {
        this.#handleInterrupt(this.#interrupts.slot);
      }
    });
    process.on("exit", (code) => {
      if (!this.#ending) {
        this.#cellLog.exit(code);
      }
    });
    globalThis.fetch = abandonable(globalThis.fetch);
    Object.defineProperty(globalThis, "interruptSignal", {
      get: () => currentExecution()?.signal ?? new AbortController().signal,
      configurable: true,
    });
    process.on("SIGTERM", this.#endBySignal);
    this.#session.publish("{}");
    this.#featureCache.measure(() => this.#session.publish("{}"));
  }

  fromIo(message: FromIo): void {
    switch (message.kind) {
      case "request":
        this.#executor.enqueue(message.message);
        break;
      case "comm":
        void this.#comms.handle(message.message);
        break;
      case "input":
        this.#prompts.answer(message.value);
        break;
      case "watchVariables":
        this.#variables.watch(message.watch);
        break;
      case "selection":
        this.#selections.take(message.request);
        break;
      case "checked":
        this.#executor.checked(message.id, message.problems);
        break;
      case "interrupt":
        this.#handleInterrupt(message.slot);
        break;
      case "exit":
        this.#ending = true;
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
    this.#comms.interrupt();
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
    scope.provide("display", Object.assign(cellDisplay(this.#reporter), { page }));
    scope.provide("clearOutput", cellClearOutput(this.#reporter));
    scope.provide("prompt", this.#prompts.ask);
    scope.provide("comms", this.#comms.api);
    scope.provide("require", modules.require);
    for (const [name, timer] of Object.entries(cellTimers(() => this.#interrupts.clear()))) {
      scope.provide(name, timer);
    }
  }

  #installLabHost(): void {
    const reporter = this.#reporter;
    const selections = this.#selections;
    installLabHost({
      notebookFolder: this.#options.notebookFolder,
      tensorLibrary: () => this.#modules.load("@tensorflow/tfjs"),
      checkpointFolder: this.#options.checkpointFolder,
      checkpointed: (checkpoint) =>
        reporter.session(currentExecution()?.parent ?? "{}", { kind: "checkpoint", checkpoint }),
      ran: (id, run) => {
        const parent = currentExecution()?.parent ?? "{}";
        this.#runs.take(id, run, () => this.#session.publish(parent));
      },
      nameOf: (object) => this.#session.nameOf(object),
      afterCell: (action) => {
        if (this.#interrupts.running === undefined) {
          action();
        } else {
          this.#afterCell.push(action);
        }
      },
      get interruptFlag() {
        const execution = currentExecution();
        if (execution === undefined) {
          return new Int32Array(new SharedArrayBuffer(4));
        }
        execution.usesLab = true;
        return execution.flag;
      },
      onInterrupt: (listener) => currentExecution()?.onAbandoned(listener) ?? (() => undefined),
      offerSelection: (plot, target) => selections.offer(plot, target),
      get canSelect() {
        return selections.offered;
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
    if (types.isNativeError(error) && error instanceof InterruptedError) {
      this.#interrupts.clear();
      interruptedBy(error)?.abandon();
      return;
    }
    const { traceback } = describeError(error, { code: "", fileName: execution?.fileName ?? "" });
    this.#streams.write("stderr", `${what}: ${traceback.join("\n")}\n`);
    if (execution === undefined) {
      this.#streams.log(String(error));
    }
  }
}
