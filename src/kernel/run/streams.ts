/** What cells print, on its way to the io thread. It is seen there at once, also while the cell goes on computing. */
import { Console } from "node:console";
import type { ToIo } from "../link";
import type { TextWriter } from "../textRing";
import { currentExecution, type Execution } from "./execution";

export class Streams {
  readonly #post: (message: ToIo) => void;
  readonly #text: TextWriter;
  readonly #sources = new WeakMap<Execution, number>();
  #callbacks: { readonly call: () => void; times: number }[] = [];
  #count = 0;
  readonly #original: Readonly<Record<"stdout" | "stderr", typeof process.stdout.write>>;

  constructor(post: (message: ToIo) => void, text: TextWriter) {
    this.#post = post;
    this.#text = text;
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
          this.#callLater(callback);
        }
        return true;
      };
    }
    // Node's own console adds a listener for errors around each write, which costs as much as the write; these never fail.
    globalThis.console = new Console({ stdout: process.stdout, stderr: process.stderr, ignoreErrors: false });
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
      const wake = this.#text.write(2 * this.#sourceOf(execution) + (name === "stdout" ? 0 : 1), text);
      if (wake) {
        this.#post({ kind: "text" });
      }
    }
  }

  #sourceOf(execution: Execution): number {
    let index = this.#sources.get(execution);
    if (index === undefined) {
      index = this.#count++;
      this.#sources.set(execution, index);
      this.#post({ kind: "source", index, parent: execution.parent });
    }
    return index;
  }

  /** Those who wait for a write to be done are told in the next turn, all together. The console passes the same one each time. */
  #callLater(call: () => void): void {
    const last = this.#callbacks.at(-1);
    if (last?.call === call) {
      last.times++;
      return;
    }
    if (this.#callbacks.push({ call, times: 1 }) === 1) {
      setImmediate(() => {
        const callbacks = this.#callbacks;
        this.#callbacks = [];
        for (const { call, times } of callbacks) {
          for (let i = 0; i < times; i++) {
            call();
          }
        }
      });
    }
  }
}
