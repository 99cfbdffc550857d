/** What compiled code reaches by its reserved names, and the timers that cells see. See `guardCode.ts`. */
import { promisify } from "node:util";
import { InterruptedError } from "../../shared/graftError";
import type { Binding } from "../cell/binding";
import { currentExecution } from "./execution";
import type { loweredSyntax } from "./loweredSyntax";

export interface CodeRuntime {
  /** The kernel's interrupt flag. */
  readonly flag: Int32Array<SharedArrayBuffer>;
  stop(): never;
  wait(value: unknown): unknown;
  each(source: unknown): unknown;
  /** `import()`. */
  load(specifier: string): Promise<unknown>;
  /** `import.meta`. */
  readonly meta: object;
  readonly babelHelpers: typeof loweredSyntax;
}

export interface CellRuntime extends CodeRuntime {
  readonly bindings: readonly Binding[];
  /** Receives the value of the last expression. */
  readonly result: Binding;
}

export function stop(): never {
  throw currentExecution()?.interruption() ?? new InterruptedError();
}

export function wait(value: unknown): unknown {
  const execution = currentExecution();
  return execution === undefined ? value : execution.wait(value);
}

type AnyIterable = Partial<AsyncIterable<unknown> & Iterable<unknown>>;

/** An async iterable whose every step can be given up. */
export function each(source: unknown): AsyncIterable<unknown> {
  const iterable = source as AnyIterable;
  const iterator = (iterable[Symbol.asyncIterator]?.() ?? iterable[Symbol.iterator]?.()) as
    AsyncIterator<unknown> | undefined;
  if (iterator === undefined) {
    throw new TypeError(`Expected something to iterate over, but found ${typeof source}`);
  }
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.resolve(wait(iterator.next()) as Promise<IteratorResult<unknown>>),
      return: async (value?: unknown) => (await iterator.return?.(value)) ?? { done: true, value },
    }),
  };
}

/** `fetch` that gives up, and closes its connection, when the execution that called it is abandoned. */
export function abandonable(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return (input, init) => {
    const execution = currentExecution();
    if (execution === undefined) {
      return fetch(input, init);
    }
    const own = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    const signal = own === undefined ? execution.signal : AbortSignal.any([own, execution.signal]);
    return fetch(input, { ...init, signal });
  };
}

type Callback = (...args: unknown[]) => void;

/** Timers of cells end when their execution is abandoned, also when the loop that had to be stopped ran inside one. */
export function cellTimers(onInterrupted: () => void): Record<string, unknown> {
  function guarded(callback: Callback, repeats: boolean, start: (run: Callback) => NodeJS.Timeout | NodeJS.Immediate) {
    const execution = currentExecution();
    const timer = start((...args) => {
      if (!repeats) {
        execution?.dropTimer(timer);
      }
      if (execution?.abandoned === true) {
        return;
      }
      try {
        callback(...args);
      } catch (error) {
        if (!(error instanceof InterruptedError)) {
          throw error;
        }
        onInterrupted();
        execution?.abandon();
      }
    });
    execution?.keepTimer(timer);
    return timer;
  }
  const timeout = (callback: Callback, ms?: number, ...args: unknown[]) =>
    guarded(callback, false, (run) => setTimeout(run, ms, ...args));
  const immediate = (callback: Callback, ...args: unknown[]) =>
    guarded(callback, false, (run) => setImmediate(run, ...args));
  return {
    setTimeout: Object.assign(timeout, { [promisify.custom]: promisify(setTimeout) }),
    setImmediate: Object.assign(immediate, { [promisify.custom]: promisify(setImmediate) }),
    setInterval: (callback: Callback, ms?: number, ...args: unknown[]) =>
      guarded(callback, true, (run) => setInterval(run, ms, ...args)),
  };
}
