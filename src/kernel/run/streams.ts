/**
 * What cells print, on its way to the io thread. Each write is posted at once, so it is seen while the cell goes on computing;
 * joining happens over there. A flood waits here until the io thread has caught up, so memory stays bounded.
 */
import type { ToIo } from "../link";
import { currentExecution } from "./execution";

/** Characters that may be on their way to the io thread. */
const backlogLimit = 8 * 1024 * 1024;

export class Streams {
  readonly #post: (message: ToIo) => void;
  readonly #backlog: Int32Array<SharedArrayBuffer>;
  readonly #original: Readonly<Record<"stdout" | "stderr", typeof process.stdout.write>>;

  constructor(post: (message: ToIo) => void, backlog: Int32Array<SharedArrayBuffer>) {
    this.#post = post;
    this.#backlog = backlog;
    this.#original = {
      stdout: process.stdout.write.bind(process.stdout),
      stderr: process.stderr.write.bind(process.stderr),
    };
  }

  /** From now on what is written to stdout and stderr belongs to cells. Without any cell it still goes to the log. */
  redirect(): void {
    for (const name of ["stdout", "stderr"] as const) {
      process[name].write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
        const encoding = typeof rest[0] === "string" ? (rest[0] as BufferEncoding) : "utf8";
        const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString(encoding);
        this.write(name, text);
        const callback = rest.find((item): item is () => void => typeof item === "function");
        if (callback !== undefined) {
          process.nextTick(callback);
        }
        return true;
      };
    }
  }

  /** For the kernel's own words. */
  log(text: string): void {
    this.#original.stderr(`${text}\n`);
  }

  write(name: "stdout" | "stderr", text: string): void {
    const execution = currentExecution();
    if (execution === undefined) {
      this.#original[name](text);
    } else if (!execution.abandoned && text !== "") {
      this.#waitForRoom(text.length);
      this.#post({ kind: "stream", parent: execution.parent, name, text });
    }
  }

  #waitForRoom(length: number): void {
    for (;;) {
      const waiting = Atomics.load(this.#backlog, 0);
      if (waiting < backlogLimit) {
        break;
      }
      Atomics.wait(this.#backlog, 0, waiting, 50);
    }
    Atomics.add(this.#backlog, 0, length);
  }
}
