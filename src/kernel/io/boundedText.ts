/**
 * Text of which the beginning and the end are kept, however long it gets. What lies between is counted, so that a reader can
 * be told what is missing.
 */
export interface BoundedTextLimits {
  /** Characters of the beginning, and of the end, that are kept. */
  readonly head: number;
  readonly tail: number;
}

/** Short pieces are joined up to this length, so that there are few of them. */
const pieceCharacters = 8 * 1024;

export class BoundedText {
  readonly #limits: BoundedTextLimits;
  readonly #head: string[] = [];
  #headLength = 0;
  readonly #tail: string[] = [];
  #tailLength = 0;
  #cutLines = 0;
  #cutBytes = 0;

  constructor(limits: BoundedTextLimits) {
    this.#limits = limits;
  }

  /** Characters that are kept. */
  get length(): number {
    return this.#headLength + this.#tailLength;
  }

  append(text: string): void {
    const room = this.#tailLength === 0 && this.#cutBytes === 0 ? this.#limits.head - this.#headLength : 0;
    if (room > 0) {
      const end = text.length <= room ? text.length : wholeCharacters(text, room);
      this.#headLength += end;
      join(this.#head, text.slice(0, end));
      text = text.slice(end);
    }
    if (text === "") {
      return;
    }
    join(this.#tail, text);
    this.#tailLength += text.length;
    while (this.#tail.length > 1 && this.#tailLength - this.#tail[0]!.length >= this.#limits.tail) {
      this.#tailLength -= this.#tail[0]!.length;
      this.#cut(this.#tail.shift()!);
    }
    if (this.#tail.length === 1 && this.#tailLength > 2 * this.#limits.tail) {
      this.keepLast(this.#limits.tail);
    }
  }

  /** Cuts the end down to so many characters. */
  keepLast(characters: number): void {
    if (this.#tailLength <= characters) {
      return;
    }
    const text = this.#tail.splice(0).join("");
    const from = wholeCharacters(text, text.length - characters);
    this.#cut(text.slice(0, from));
    this.#tail.push(text.slice(from));
    this.#tailLength = text.length - from;
  }

  /** What is kept, with a line in between that says what is missing. */
  toString(): string {
    let tail = this.#tail.join("");
    if (this.#cutBytes === 0) {
      return this.#head.join("") + tail;
    }
    // A line that has lost its beginning is left out whole, unless it is all that there is.
    const lineEnd = tail.indexOf("\n") + 1;
    const dropped = lineEnd < tail.length ? tail.slice(0, lineEnd) : "";
    tail = tail.slice(dropped.length);
    const head = this.#head.join("");
    const between = head === "" || head.endsWith("\n") ? "" : "\n";
    const bytes = this.#cutBytes + Buffer.byteLength(dropped);
    return head + between + cutNotice(this.#cutLines + newlines(dropped), bytes) + tail;
  }

  #cut(text: string): void {
    this.#cutLines += newlines(text);
    this.#cutBytes += Buffer.byteLength(text);
  }
}

/** `"… 9 998 000 lines (1.02 GB) not shown …"` and a line break. */
export function cutNotice(lines: number, bytes: number): string {
  return `… ${grouped(lines)} ${lines === 1 ? "line" : "lines"} (${sizeText(bytes)}) not shown …\n`;
}

/** With a space between groups of three digits. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, " ");
}

function sizeText(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB"];
  const step = bytes === 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${step === 0 ? bytes : (bytes / 1000 ** step).toPrecision(3)} ${units[step]!}`;
}

export function newlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
    count++;
  }
  return count;
}

function join(pieces: string[], text: string): void {
  const last = pieces.at(-1);
  if (last !== undefined && last.length + text.length <= pieceCharacters) {
    pieces[pieces.length - 1] = last + text;
  } else {
    pieces.push(text);
  }
}

/** The nearest position that does not split a surrogate pair, at `at` or one before it. */
function wholeCharacters(text: string, at: number): number {
  const before = text.charCodeAt(at - 1);
  return before >= 0xd800 && before <= 0xdbff ? at - 1 : at;
}
