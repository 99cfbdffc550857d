/**
 * Notes in the kernel's log which cell runs, so that after a crash the log tells what was going on. A process that is killed can't say
 * anything any more; so it is said before. Written past the streams, which belong to cells.
 */
import { fstatSync, writeSync } from "node:fs";

const stderr = 2;

export class CellLog {
  /** A terminal, or the console of a Jupyter Server, is not to be filled with this. */
  readonly #enabled = isFile(stderr);
  #running: string | undefined;

  begin(cell: string): void {
    this.#running = cell;
    this.#write(`${cell} runs.`);
  }

  end(): void {
    if (this.#running !== undefined) {
      this.#write(`${this.#running} has ended.`);
      this.#running = undefined;
    }
  }

  /** The process ends, and nobody has asked the kernel to. */
  exit(code: number): void {
    const cell = this.#running === undefined ? "while no cell ran" : `while ${this.#running} ran`;
    this.#write(`Ended by process.exit(${code}) ${cell}.`);
  }

  #write(text: string): void {
    if (this.#enabled) {
      try {
        writeSync(stderr, `${new Date().toISOString()} ${text}\n`);
      } catch {
        // A full disk or a descriptor that a cell has closed: the cell goes on without the note.
      }
    }
  }
}

function isFile(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFile();
  } catch {
    return false; // Started without a stderr.
  }
}
