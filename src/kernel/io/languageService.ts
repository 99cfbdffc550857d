/**
 * The language worker as the io thread sees it: started late, because its converter costs a second of processor time, and
 * asked in order. If it dies, cells go on unchecked and the log says so.
 */
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { distFolder } from "../../shared/distFolder";
import type { TypeProblem } from "../../shared/typeProblem";
import type { Completion, FromLanguage, ToLanguage } from "../language/languageLink";

export class LanguageService {
  readonly #setup: { readonly notebookFolder: string; readonly distFolder: string };
  readonly #waiting = new Map<number, (answer: FromLanguage | undefined) => void>();
  #worker: Worker | undefined;
  #failed = false;
  #asked = 0;
  #startTimer: NodeJS.Timeout | undefined;

  constructor(notebookFolder: string) {
    this.#setup = { notebookFolder, distFolder: distFolder() };
  }

  /** Starts the worker after a while, unless somebody needs it earlier. */
  startSoon(delayMs: number): void {
    if (this.#worker === undefined) {
      this.#startTimer ??= setTimeout(() => this.#start(), delayMs);
      this.#startTimer.unref();
    }
  }

  /** Problems of a cell that runs after all cells checked before it; none when the worker is not to be had. */
  async check(code: string, gate: boolean): Promise<readonly TypeProblem[]> {
    const answer = await this.#ask({ kind: "check", code, gate });
    return answer?.kind === "checked" ? answer.problems : [];
  }

  async complete(code: string, cursor: number): Promise<Completion> {
    const answer = await this.#ask({ kind: "complete", code, cursor });
    return answer?.kind === "completed" ? answer.completion : { start: cursor, end: cursor, matches: [] };
  }

  async stop(): Promise<void> {
    clearTimeout(this.#startTimer);
    this.#failed = true;
    await this.#worker?.terminate();
  }

  #ask(question: ToLanguage): Promise<FromLanguage | undefined> {
    return new Promise((resolve) => {
      this.#start();
      if (this.#failed || this.#worker === undefined) {
        resolve(undefined);
        return;
      }
      const id = this.#asked++;
      this.#waiting.set(id, resolve);
      this.#worker.postMessage({ id, question });
    });
  }

  #start(): void {
    clearTimeout(this.#startTimer);
    if (this.#worker !== undefined || this.#failed) {
      return;
    }
    const worker = new Worker(join(this.#setup.distFolder, "languageWorker.js"), {
      workerData: this.#setup,
      resourceLimits: { maxOldGenerationSizeMb: 2048 },
    });
    worker.on("message", ({ id, answer }: { id: number; answer: FromLanguage }) => {
      this.#waiting.get(id)?.(answer);
      this.#waiting.delete(id);
    });
    worker.on("error", (error) => console.error("The language worker failed; cells go on unchecked.", error));
    worker.on("exit", () => {
      this.#failed = true;
      for (const resolve of this.#waiting.values()) {
        resolve(undefined);
      }
      this.#waiting.clear();
    });
    worker.unref();
    this.#worker = worker;
  }
}
