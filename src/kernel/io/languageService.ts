/**
 * The language worker as the io thread sees it: started late, because its library costs a second of processor time, and
 * asked one question at a time, the most urgent first. It is started again when it dies, with the cells that have run; when
 * it dies too often, cells go on unchecked and the log says so. What cannot be answered is undefined.
 */
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { distFolder } from "../../shared/distFolder";
import type { LanguageAnswer, LanguageQuestion } from "../../shared/languageMessages";
import type { TypeProblem } from "../../shared/typeProblem";
import { QuietMoment } from "./quietMoment";
import type { ConsoleQuestion, FromLanguage, Inspection, LanguageSetup, ToLanguage } from "../language/languageLink";

/** Lower is earlier. Somebody waits for `typing`; a cell that runs may wait for its `check`. */
const urgency = { typing: 0, check: 1, diagnose: 2, tidy: 3 } as const;

/** Cells may run faster than they are checked for hours: of more than so many that wait, the oldest stay unchecked. */
const mostChecks = 500;

/** Cells that nobody checks tell nobody which are out of reach: after so many it is asked for. */
const mostUntidy = 200;

/** A worker that dies more often stays dead. */
const mostDeaths = 3;

/** No question takes so long, however slow the machine: the worker is stuck. */
const stuckMs = 60_000;

interface Waiting {
  readonly question: ToLanguage;
  readonly urgency: number;
  /** Of those with the same key only the newest is worth an answer. */
  readonly supersedes?: object;
  readonly answer: (answer: FromLanguage | undefined) => void;
}

export class LanguageService {
  readonly #setup: LanguageSetup;
  readonly #ran = new Map<number, string>();
  readonly #quiet = new QuietMoment();
  #waiting: Waiting[] = [];
  #asked: Waiting | undefined;
  #worker: Worker | undefined;
  #deaths = 0;
  #stopped = false;
  #cells = 0;
  #untidy = 0;
  #startTimer: NodeJS.Timeout | undefined;
  #stuckTimer: NodeJS.Timeout | undefined;

  /** `folder`: where the worker's bundle lies. */
  constructor(notebookFolder: string, folder: string = distFolder()) {
    const urgent = new Int32Array(new SharedArrayBuffer(4));
    this.#setup = { notebookFolder, distFolder: folder, urgent };
  }

  /** Starts the worker after a while, unless somebody needs it earlier. */
  startSoon(delayMs: number): void {
    if (this.#worker === undefined) {
      this.#startTimer ??= setTimeout(() => this.#start(), delayMs);
      this.#startTimer.unref();
    }
  }

  /** A cell runs that nobody wants checked: later questions know it. */
  ran(code: string): void {
    this.#note(code, false);
    if (++this.#untidy >= mostUntidy) {
      this.#untidy = 0;
      void this.#tidy();
    }
  }

  /** Problems of a cell that runs now. It waits for a quiet moment unless the cell waits for it (`gate`). */
  async check(code: string, gate: boolean): Promise<readonly TypeProblem[]> {
    const index = this.#note(code, true);
    if (!gate) {
      await this.#quiet.afterThis();
    }
    this.#skipTooManyChecks();
    const answer = await this.#ask({ kind: "check", index, gate }, urgency.check);
    if (answer?.kind !== "checked") {
      return [];
    }
    this.#forget(answer.unreachable);
    return answer.problems;
  }

  async complete(code: string, offset: number): Promise<Extract<LanguageAnswer, { kind: "complete" }> | undefined> {
    const answer = await this.#askConsole({ kind: "complete", code, offset });
    return answer?.kind === "completed" ? answer.completion : undefined;
  }

  async inspect(code: string, offset: number): Promise<Inspection | undefined> {
    const answer = await this.#askConsole({ kind: "inspect", code, offset });
    return answer?.kind === "inspected" ? answer.inspection : undefined;
  }

  /** `asker`: whose newer `diagnose` makes an older one that has not begun pointless. */
  async editor(question: LanguageQuestion, asker: object): Promise<LanguageAnswer | undefined> {
    const isDiagnose = question.kind === "diagnose";
    const answer = await this.#ask(
      { kind: "editor", question },
      isDiagnose ? urgency.diagnose : urgency.typing,
      isDiagnose ? asker : undefined,
    );
    return answer?.kind === "editor" ? answer.answer : undefined;
  }

  async stop(): Promise<void> {
    clearTimeout(this.#startTimer);
    clearTimeout(this.#stuckTimer);
    this.#stopped = true;
    await this.#worker?.terminate();
  }

  async #tidy(): Promise<void> {
    const answer = await this.#ask({ kind: "tidy" }, urgency.tidy, this);
    if (answer?.kind === "tidied") {
      this.#forget(answer.unreachable);
    }
  }

  #forget(cells: readonly number[]): void {
    cells.forEach((each) => this.#ran.delete(each));
  }

  #askConsole(question: ConsoleQuestion): Promise<FromLanguage | undefined> {
    return this.#ask({ kind: "console", question }, urgency.typing);
  }

  #ask(question: ToLanguage, rank: number, supersedes?: object): Promise<FromLanguage | undefined> {
    return new Promise((answer) => {
      this.#start();
      if (this.#worker === undefined) {
        answer(undefined);
        return;
      }
      if (supersedes !== undefined) {
        this.#drop((waiting) => waiting.supersedes === supersedes);
      }
      this.#enqueue({ question, urgency: rank, answer, ...(supersedes === undefined ? {} : { supersedes }) });
    });
  }

  #enqueue(waiting: Waiting): void {
    const before = this.#waiting.findIndex((other) => other.urgency > waiting.urgency);
    this.#waiting.splice(before < 0 ? this.#waiting.length : before, 0, waiting);
    this.#next();
  }

  #drop(which: (waiting: Waiting) => boolean): void {
    const dropped = this.#waiting.filter(which);
    this.#waiting = this.#waiting.filter((waiting) => !which(waiting));
    for (const { answer } of dropped) {
      answer(undefined);
    }
  }

  #skipTooManyChecks(): void {
    const checks = this.#waiting.filter(({ question }) => question.kind === "check");
    for (const oldest of checks.slice(0, Math.max(0, checks.length + 1 - mostChecks))) {
      this.#drop((waiting) => waiting === oldest);
      if (oldest.question.kind === "check") {
        this.#worker?.postMessage({ kind: "skip", index: oldest.question.index } satisfies ToLanguage);
      }
    }
  }

  #next(): void {
    if (this.#asked === undefined) {
      this.#asked = this.#waiting.shift();
      if (this.#asked !== undefined) {
        this.#worker?.postMessage(this.#asked.question);
        this.#stuckTimer = setTimeout(() => void this.#worker?.terminate(), stuckMs).unref();
      }
    }
    const isUrgent = this.#waiting.some((waiting) => waiting.urgency < urgency.diagnose);
    Atomics.store(this.#setup.urgent, 0, isUrgent ? 1 : 0);
  }

  #answered(answer: FromLanguage): void {
    clearTimeout(this.#stuckTimer);
    const asked = this.#asked;
    this.#asked = undefined;
    if (asked === undefined) {
      return;
    }
    if (answer.kind !== "postponed") {
      asked.answer(answer);
    } else if (this.#waiting.some(({ supersedes }) => supersedes === asked.supersedes)) {
      asked.answer(undefined);
    } else {
      this.#waiting.push(asked);
    }
    this.#next();
  }

  #start(): void {
    clearTimeout(this.#startTimer);
    if (this.#worker !== undefined || this.#stopped || this.#deaths > mostDeaths) {
      return;
    }
    const worker = new Worker(join(this.#setup.distFolder, "languageWorker.js"), {
      workerData: this.#setup,
      // Types that refer to each other are inferred by recursion.
      resourceLimits: { maxOldGenerationSizeMb: 2048, stackSizeMb: 16 },
    });
    worker.on("message", (answer: FromLanguage) => this.#answered(answer));
    worker.on("error", (error) => console.error("The language worker failed.", error));
    worker.on("exit", () => this.#onExit());
    worker.unref();
    this.#worker = worker;
    for (const [index, text] of this.#ran) {
      worker.postMessage({ kind: "ran", cell: { index, text }, willBeChecked: false } satisfies ToLanguage);
    }
  }

  /** The question that it was asked may be what killed it: it is not asked again. */
  #onExit(): void {
    clearTimeout(this.#stuckTimer);
    this.#worker = undefined;
    this.#deaths++;
    this.#asked?.answer(undefined);
    this.#asked = undefined;
    if (this.#stopped || this.#deaths > mostDeaths) {
      this.#drop(() => true);
      this.#ran.clear();
      if (!this.#stopped) {
        console.error(`The language worker died ${this.#deaths} times: cells go on unchecked.`);
      }
    } else if (this.#waiting.length > 0) {
      // Cells that wait for their check are known to the next worker with the others that have run.
      this.#drop(({ question }) => question.kind === "check");
      const waiting = this.#waiting;
      this.#waiting = [];
      this.#start();
      waiting.forEach((each) => this.#enqueue(each));
    }
  }

  #note(text: string, willBeChecked: boolean): number {
    const index = this.#cells++;
    if (this.#deaths <= mostDeaths) {
      this.#ran.set(index, text);
    }
    this.#worker?.postMessage({ kind: "ran", cell: { index, text }, willBeChecked } satisfies ToLanguage);
    return index;
  }
}
