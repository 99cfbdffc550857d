/**
 * Keeps the output of one execution at what a front end can show, however much the cell prints.
 *
 * The first megabyte of text passes as it is, and so does all that a cell prints slowly: the budget refills with time, like
 * Jupyter's `iopub_data_rate_limit`, so that a training that prints a line each second for a day is seen live to its end.
 * Beyond the budget only the newest output is kept back. It is shown, with a line that says how much was left out before
 * it, as soon as the cell falls silent or ends; a flood that goes on shows a sample each second. Displays have a budget
 * of their own. A held output that the cell clears is not said to be missing.
 */
import { cutNotice, grouped, newlines } from "./boundedText";
import type { Outgoing } from "./outbox";
import { TokenBucket, type Budget } from "./tokenBucket";

export interface FloodLimits {
  /** Characters of streams. */
  readonly text: Budget;
  /** Outputs other than streams. */
  readonly displays: Budget;
  /** Characters of the outputs other than streams. */
  readonly displayCharacters: Budget;
  /** How much of the newest output is kept back. */
  readonly heldCharacters: number;
  readonly heldDisplays: number;
  /** How often a flood shows a sample; silence of this length ends it. */
  readonly sampleMs: number;
  /** A sample is worth showing when the budget has come to so many characters. */
  readonly sampleCharacters: number;
}

export const floodLimits: FloodLimits = {
  text: { burst: 1024 * 1024, perSecond: 16 * 1024 },
  displays: { burst: 500, perSecond: 10 },
  displayCharacters: { burst: 64 * 1024 * 1024, perSecond: 2 * 1024 * 1024 },
  heldCharacters: 64 * 1024,
  heldDisplays: 10,
  sampleMs: 1000,
  sampleCharacters: 4 * 1024,
};

export type StreamName = "stdout" | "stderr";

export interface FloodOutlet {
  text(name: StreamName, text: string): void;
  show(display: Outgoing): void;
}

type Held = { readonly name: StreamName; text: string } | { readonly display: Outgoing };

/** Pieces of held text are joined up to this length. */
const pieceCharacters = 4 * 1024;

export class FloodGate {
  readonly #outlet: FloodOutlet;
  readonly #limits: FloodLimits;
  readonly #text: TokenBucket;
  readonly #displays: TokenBucket;
  readonly #displayCharacters: TokenBucket;
  #held: Held[] = [];
  #heldCharacters = 0;
  #heldDisplays = 0;
  #cut = { lines: 0, bytes: 0, displays: 0 };
  #endsLine = true;
  #silent = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(outlet: FloodOutlet, limits: FloodLimits = floodLimits, now: () => number = () => performance.now()) {
    this.#outlet = outlet;
    this.#limits = limits;
    this.#text = new TokenBucket(limits.text, now);
    this.#displays = new TokenBucket(limits.displays, now);
    this.#displayCharacters = new TokenBucket(limits.displayCharacters, now);
  }

  text(name: StreamName, text: string): void {
    if (this.#held.length === 0 && this.#text.take(text.length)) {
      this.#emitText(name, text);
      return;
    }
    this.#applyClear();
    const last = this.#held.at(-1);
    if (last !== undefined && "name" in last && last.name === name && last.text.length < pieceCharacters) {
      last.text += text;
    } else {
      this.#held.push({ name, text });
    }
    this.#heldCharacters += text.length;
    this.#keepNewest(this.#limits.heldCharacters, this.#limits.heldDisplays);
    this.#watch();
  }

  /** A `display_data` or a `clear_output`. */
  show(display: Outgoing): void {
    if (this.#held.length === 0 && this.#mayShow(display)) {
      this.#outlet.show(display);
      return;
    }
    this.#applyClear();
    this.#held.push({ display });
    this.#heldDisplays++;
    if (clearOf(display) === "now") {
      this.#dropAllButLast();
    }
    this.#keepNewest(this.#limits.heldCharacters, this.#limits.heldDisplays);
    this.#watch();
  }

  /** Sends what is kept back. */
  release(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const held = this.#held;
    if (held.length === 0) {
      return;
    }
    this.#trimBrokenLine(held);
    this.#held = [];
    this.#heldCharacters = 0;
    this.#heldDisplays = 0;
    this.#tellCut(held);
    for (const item of held) {
      if ("name" in item) {
        this.#text.spend(item.text.length);
        this.#emitText(item.name, item.text);
      } else {
        this.#displays.spend(1);
        this.#displayCharacters.spend(item.display.content.length);
        this.#outlet.show(item.display);
      }
    }
  }

  #mayShow({ content }: Outgoing): boolean {
    return this.#displayCharacters.tokens > 0 && this.#displays.take(1) && this.#displayCharacters.take(content.length);
  }

  #emitText(name: StreamName, text: string): void {
    this.#endsLine = text.endsWith("\n");
    this.#outlet.text(name, text);
  }

  /** `clear_output` with `wait` takes effect when there is something new. */
  #applyClear(): void {
    const last = this.#held.at(-1);
    if (last !== undefined && "display" in last && clearOf(last.display) === "wait") {
      this.#dropAllButLast();
    }
  }

  #dropAllButLast(): void {
    this.#held.splice(0, this.#held.length - 1);
    this.#heldCharacters = 0;
    this.#heldDisplays = 1;
    this.#cut = { lines: 0, bytes: 0, displays: 0 };
  }

  #keepNewest(characters: number, displays: number): void {
    while (this.#held.length > 1) {
      const first = this.#held[0]!;
      const tooMuchText = "name" in first && this.#heldCharacters - first.text.length >= characters;
      if (!tooMuchText && this.#heldDisplays <= displays && this.#heldCharacters <= 2 * characters) {
        return;
      }
      this.#held.shift();
      this.#countCut(first);
    }
  }

  #countCut(item: Held): void {
    if ("name" in item) {
      this.#heldCharacters -= item.text.length;
      this.#cut.lines += newlines(item.text);
      this.#cut.bytes += Buffer.byteLength(item.text);
    } else {
      this.#heldDisplays--;
      this.#cut.displays += clearOf(item.display) === undefined ? 1 : 0;
    }
  }

  /** A line that has lost its beginning is left out whole, unless it is all that there is. */
  #trimBrokenLine(held: Held[]): void {
    const first = held[0]!;
    if (this.#cut.bytes === 0 || !("name" in first)) {
      return;
    }
    const lineEnd = first.text.indexOf("\n") + 1;
    if (lineEnd > 0 && lineEnd < first.text.length) {
      this.#cut.lines++;
      this.#cut.bytes += Buffer.byteLength(first.text.slice(0, lineEnd));
      first.text = first.text.slice(lineEnd);
    }
  }

  #tellCut(held: readonly Held[]): void {
    const { lines, bytes, displays } = this.#cut;
    this.#cut = { lines: 0, bytes: 0, displays: 0 };
    const notices = [
      ...(bytes === 0 ? [] : [cutNotice(lines, bytes)]),
      ...(displays === 0 ? [] : [`… ${grouped(displays)} ${displays === 1 ? "output" : "outputs"} not shown …\n`]),
    ];
    if (notices.length > 0) {
      const first = held.find((item) => "name" in item);
      this.#emitText(first?.name ?? "stderr", (this.#endsLine ? "" : "\n") + notices.join(""));
    }
  }

  /** Looks again after a while: at silence shows all that is kept back, in a flood what the budget allows. */
  #watch(): void {
    this.#silent = false;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#silent) {
        this.release();
        return;
      }
      if (this.#text.tokens > this.#limits.sampleCharacters && this.#displays.tokens > 0) {
        this.#keepNewest(Math.min(this.#text.tokens, this.#limits.heldCharacters), this.#displays.tokens);
        this.release();
        return;
      }
      this.#watch();
      this.#silent = true;
    }, this.#limits.sampleMs);
  }
}

function clearOf({ type, content }: Outgoing): "now" | "wait" | undefined {
  if (type !== "clear_output") {
    return undefined;
  }
  return (JSON.parse(content) as { wait?: unknown }).wait === true ? "wait" : "now";
}
