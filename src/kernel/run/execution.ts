/**
 * One request that runs code, and everything that goes on because of it: awaits, timers, output. Which execution a piece of
 * code belongs to is carried by its async context, so output that comes late still finds its cell, and nothing of an
 * execution that was abandoned reaches the next one.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { InterruptedError } from "../../shared/graftError";

/** After so many refused awaits an abandoned execution only waits: one that catches each refusal in a loop would never yield. */
const mostRefusals = 100;

export class Execution {
  /** Header of the request as JSON text: the parent of all output. */
  readonly parent: string;
  readonly id: string;
  /** Name of the compiled script: `"Cell [3]"`. */
  readonly fileName: string;
  /** Set when this execution must stop; handed to the lab, whose workers look at it at each step. Never cleared. */
  readonly flag: Int32Array<SharedArrayBuffer>;
  /** True when the lab has asked for the flag: it gets a moment to stop at a step boundary. */
  usesLab = false;
  readonly #abandonment: Promise<never>;
  #rejectAbandonment: (error: Error) => void = () => undefined;
  readonly #waiting = new Set<(error: Error) => void>();
  readonly #timers = new Set<NodeJS.Timeout | NodeJS.Immediate>();
  #abort: AbortController | undefined;
  #refusals = 0;
  #abandoned = false;

  constructor(parent: string, id: string, fileName: string, flag: Int32Array<SharedArrayBuffer>) {
    this.parent = parent;
    this.id = id;
    this.fileName = fileName;
    this.flag = flag;
    this.#abandonment = new Promise((_, reject) => (this.#rejectAbandonment = reject));
    this.#abandonment.catch(() => undefined); // Only those who race with it want to know.
  }

  /** True as soon as somebody has pressed interrupt while it ran. */
  get interrupted(): boolean {
    return Atomics.load(this.flag, 0) !== 0;
  }

  get abandoned(): boolean {
    return this.#abandoned;
  }

  /** Aborted, with an `InterruptedError` as its reason, when this execution is abandoned. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#abandoned) {
        this.#abort.abort(this.interruption());
      }
    }
    return this.#abort.signal;
  }

  /** Calls `listener` when this execution is abandoned; at once when it has been. The returned function ends that. */
  onAbandoned(listener: (error: Error) => void): () => void {
    if (this.#abandoned) {
      listener(this.interruption());
    } else {
      this.#waiting.add(listener);
    }
    return () => void this.#waiting.delete(listener);
  }

  /** An error that says that this execution was interrupted. */
  interruption(): InterruptedError {
    const error = new InterruptedError();
    interruptions.set(error, this);
    return error;
  }

  /** Ends all that is pending with an `InterruptedError`; output from now on is dropped. */
  abandon(): void {
    if (this.#abandoned) {
      return;
    }
    this.#abandoned = true;
    Atomics.store(this.flag, 0, 1);
    const error = this.interruption();
    for (const reject of this.#waiting) {
      reject(error);
    }
    this.#waiting.clear();
    for (const timer of this.#timers) {
      clearTimeout(timer as NodeJS.Timeout);
      clearImmediate(timer as NodeJS.Immediate);
    }
    this.#timers.clear();
    this.#rejectAbandonment(error);
    this.#abort?.abort(error);
  }

  /** The promise, or the abandonment when that comes first. */
  orAbandoned<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#abandonment]);
  }

  /** What compiled code awaits instead of `value`. */
  wait(value: unknown): unknown {
    if (this.#abandoned) {
      return ++this.#refusals > mostRefusals ? new Promise(() => undefined) : Promise.reject(this.interruption());
    }
    if (!isThenable(value)) {
      return value;
    }
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      void Promise.resolve(value)
        .finally(() => this.#waiting.delete(reject))
        .then(resolve, reject);
    });
  }

  keepTimer(timer: NodeJS.Timeout | NodeJS.Immediate): void {
    this.#timers.add(timer);
  }

  dropTimer(timer: NodeJS.Timeout | NodeJS.Immediate | undefined): void {
    if (timer !== undefined) {
      this.#timers.delete(timer);
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    value !== null &&
    (typeof value === "object" || typeof value === "function") &&
    typeof (value as { then?: unknown }).then === "function"
  );
}

const interruptions = new WeakMap<Error, Execution>();

/** Which execution was interrupted; undefined when the kernel did not make this error. */
export function interruptedBy(error: Error): Execution | undefined {
  return interruptions.get(error);
}

const storage = new AsyncLocalStorage<Execution>();
let latest: Execution | undefined;

export function runIn<T>(execution: Execution, action: () => T): T {
  latest = execution;
  return storage.run(execution, action);
}

/** Like `runIn`, for what runs beside a cell: code without a context still belongs to the cell. */
export function runAside<T>(execution: Execution, action: () => T): T {
  return storage.run(execution, action);
}

/** The execution that the calling code belongs to; the latest one for code without a context, e.g. a native callback. */
export function currentExecution(): Execution | undefined {
  return storage.getStore() ?? latest;
}
