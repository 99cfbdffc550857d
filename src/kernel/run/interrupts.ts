/**
 * Interrupts as the main thread sees them. Two kinds of flags lie in shared memory: one that compiled code reads, which is
 * cleared as soon as an interrupt has been dealt with; and one for each execution, which the lab and its workers read and
 * which stays set, so that a long step of an abandoned execution stops whenever it ends. A third word tells SIGINT of the io
 * thread, which only supports an interrupt that is already on its way, from SIGINT of somebody else.
 */
import type { Execution } from "./execution";

/** Index 0: the flag of compiled code. 1: which slot belongs to the running execution. 2: a SIGINT of our own is on its way. From 3: slots. */
const ownSignal = 2;
const firstSlot = 3;
const slots = 1021;

/** How long the lab may take to reach a step boundary before the execution is abandoned. */
const labGraceMs = 350;

export type FlagMemory = Int32Array<SharedArrayBuffer>;

export function newFlagMemory(): FlagMemory {
  const memory = new Int32Array(new SharedArrayBuffer(4 * (firstSlot + slots)));
  memory[1] = firstSlot;
  return memory;
}

/** Called in the io thread: reaches loops that never yield. Returns the slot that was running. */
export function raiseFlags(memory: FlagMemory): number {
  const slot = Atomics.load(memory, 1);
  Atomics.store(memory, slot, 1);
  Atomics.store(memory, 0, 1);
  return slot;
}

/** Called in the io thread: ends synchronous loops of libraries, which have no checks. */
export function raiseSignal(memory: FlagMemory): void {
  Atomics.store(memory, ownSignal, 1);
  process.kill(process.pid, "SIGINT");
}

/** A synchronous loop has been ended by SIGINT, which no listener gets then. */
export function forgetSignal(memory: FlagMemory): void {
  Atomics.store(memory, ownSignal, 0);
}

export class Interrupts {
  readonly #memory: FlagMemory;
  #slot = firstSlot;
  #running: Execution | undefined;

  constructor(memory: FlagMemory) {
    this.#memory = memory;
  }

  /** What compiled code reads. */
  get codeFlag(): FlagMemory {
    return this.#memory;
  }

  /** A flag for the execution that begins now. */
  nextFlag(): Int32Array<SharedArrayBuffer> {
    this.#slot = firstSlot + ((this.#slot - firstSlot + 1) % slots);
    Atomics.store(this.#memory, this.#slot, 0);
    // An interrupt between these two lines still counts for the execution before.
    Atomics.store(this.#memory, 0, 0);
    Atomics.store(this.#memory, 1, this.#slot);
    return new Int32Array(this.#memory.buffer, 4 * this.#slot, 1);
  }

  begin(execution: Execution): void {
    this.#running = execution;
  }

  end(): void {
    this.#running = undefined;
  }

  /** The io thread (or SIGINT) says that somebody pressed interrupt while `slot` was running. */
  handle(slot: number): void {
    this.clear();
    const running = this.#running;
    if (running === undefined || slot !== this.#slot) {
      return;
    }
    if (running.usesLab) {
      setTimeout(() => {
        if (this.#running === running) {
          running.abandon();
        }
      }, labGraceMs);
    } else {
      running.abandon();
    }
  }

  /** The execution that has begun and not ended. */
  get running(): Execution | undefined {
    return this.#running;
  }

  /**
   * SIGINT has arrived. True when somebody else sent it, so that it is an interrupt of its own; the io thread's belongs to one that is
   * dealt with by `handle`, and may come when the next execution has already begun.
   */
  takeSignal(): boolean {
    return Atomics.exchange(this.#memory, ownSignal, 0) === 0;
  }

  get slot(): number {
    return this.#slot;
  }

  /** Lets compiled code run again. */
  clear(): void {
    Atomics.store(this.#memory, 0, 0);
  }
}
