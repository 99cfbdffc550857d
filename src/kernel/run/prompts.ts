/**
 * `prompt()` in cells: a request for input to whoever asked for the cell. One is asked at a time; the others wait. What is
 * asked by an execution that ends or is abandoned is asked no more.
 */
import { GraftError } from "../../shared/graftError";
import { currentExecution, type Execution } from "./execution";
import type { Reporter } from "./reporter";

export interface PromptOptions {
  /** True: what is typed is not shown. Default false. */
  readonly password?: boolean;
}

interface Question {
  readonly execution: Execution;
  readonly content: { readonly prompt: string; readonly password: boolean };
  readonly resolve: (answer: string) => void;
  readonly reject: (error: Error) => void;
}

export class Prompts {
  readonly #reporter: Reporter;
  readonly #mayAsk = new WeakMap<Execution, boolean>();
  #questions: readonly Question[] = [];

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  /** `allowed`: the request's `allow_stdin`. */
  begin(execution: Execution, allowed: boolean): void {
    this.#mayAsk.set(execution, allowed);
  }

  end(execution: Execution): void {
    this.#mayAsk.delete(execution);
    this.#withdraw((question) => question.execution === execution, noFrontEnd("a cell that has ended"));
  }

  /** What cells call. Rejects with `kernel/no-input`, or with `InterruptedError` when the cell is interrupted. */
  readonly ask = (text: unknown = "", { password = false }: PromptOptions = {}): Promise<string> => {
    const execution = currentExecution();
    const allowed = execution === undefined ? undefined : this.#mayAsk.get(execution);
    if (execution === undefined || allowed !== true) {
      const found = allowed === false ? "one that cannot, by its allow_stdin: false" : "a cell that has ended";
      return Promise.reject(noFrontEnd(found));
    }
    const content = { prompt: String(text), password };
    const answer = new Promise<string>((resolve, reject) => {
      this.#questions = [...this.#questions, { execution, content, resolve, reject }];
    });
    if (this.#questions.length === 1) {
      this.#askFirst();
    }
    return execution.orAbandoned(answer).catch((error: unknown) => {
      if (execution.abandoned) {
        this.#withdraw((question) => question.execution === execution, error as Error);
      }
      throw error;
    });
  };

  answer(value: string): void {
    const [first, ...rest] = this.#questions;
    this.#questions = rest;
    first?.resolve(value);
    this.#askFirst();
  }

  #askFirst(): void {
    const first = this.#questions[0];
    if (first !== undefined) {
      this.#reporter.reply("stdin", first.execution.parent, "input_request", first.content);
    }
  }

  #withdraw(which: (question: Question) => boolean, error: Error): void {
    const asked = this.#questions[0];
    const withdrawn = this.#questions.filter(which);
    this.#questions = this.#questions.filter((question) => !which(question));
    for (const { reject } of withdrawn) {
      reject(error);
    }
    if (this.#questions[0] !== asked) {
      this.#askFirst();
    }
  }
}

function noFrontEnd(found: string): GraftError {
  return new GraftError({
    code: "kernel/no-input",
    expected: "prompt() to be called by a running cell of a front end that can ask for input",
    found,
    remedy: "Run the cell where somebody can answer, or put the value into a variable",
  });
}
