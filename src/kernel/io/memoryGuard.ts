/**
 * Ends the process when a cell allocates without end, before the system has to choose whom it ends. V8 limits its own heap and
 * says so; array buffers, tensors and native libraries have no limit but the machine's.
 */
import { writeSync } from "node:fs";
import { freemem, totalmem } from "node:os";

/** Memory of a gigabyte a second leaves fifty megabytes between two looks. */
const intervalMs = 50;
/** This much is left to the rest of the machine. */
const reserveBytes = 512 * 2 ** 20;
const reserveShare = 0.05;
/** A cell that has taken less than this share of the machine since it began is not the one to blame. */
const blameShare = 0.25;

export interface MemoryState {
  /** Resident memory of the kernel, and what it was when the cell began. */
  readonly resident: number;
  readonly before: number;
  /** What the machine, or the container, can still give, and has in total. */
  readonly available: number;
  readonly total: number;
  /** Set by the person; then nothing else counts. */
  readonly limit: number | undefined;
}

/** What to say when the process has to end; undefined while all is well. All in bytes. */
export function exhaustion({ resident, before, available, total, limit }: MemoryState): string | undefined {
  if (limit !== undefined) {
    return resident > limit ? `it holds ${megabytes(resident)}, the limit is ${megabytes(limit)}` : undefined;
  }
  const reserve = Math.min(reserveBytes, total * reserveShare);
  return available < reserve && resident - before > total * blameShare
    ? `it holds ${megabytes(resident)}, and ${megabytes(available)} of ${megabytes(total)} are left`
    : undefined;
}

export class MemoryGuard {
  readonly #limit = limitOf(process.env.GRAFT_MEMORY_LIMIT_MB);
  #timer: NodeJS.Timeout | undefined;
  #before = 0;

  /** Looks at the memory as long as something runs. */
  watch(busy: boolean): void {
    if (busy === (this.#timer !== undefined)) {
      return;
    }
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (busy) {
      this.#before = process.memoryUsage.rss();
      this.#timer = setInterval(() => this.#look(), intervalMs);
    }
  }

  #look(): void {
    const resident = process.memoryUsage.rss();
    const total = totalMemory();
    const found = exhaustion({
      ...{ resident, before: this.#before, total, limit: this.#limit },
      available: availableMemory(total, resident),
    });
    if (found !== undefined) {
      // The main thread, by which this thread's streams go, is busy allocating.
      writeSync(2, `FATAL ERROR: the kernel ran out of memory and was ended: ${found}.\n`);
      process.kill(process.pid, "SIGKILL");
    }
  }
}

/** Of the container, where there is one. */
function totalMemory(): number {
  const container = process.constrainedMemory();
  return container > 0 ? Math.min(container, totalmem()) : totalmem();
}

function availableMemory(total: number, resident: number): number {
  // macOS counts as free only what nobody has ever used.
  return process.platform === "darwin" ? total - resident : Math.min(freemem(), total - resident);
}

function limitOf(text: string | undefined): number | undefined {
  const megabytesAllowed = Number(text ?? "");
  return megabytesAllowed > 0 ? megabytesAllowed * 2 ** 20 : undefined;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MB`;
}
