/** The inputs of this kernel's cells, and on request what they resulted in, as Jupyter's `history_request` asks for them. */

interface Entry {
  readonly line: number;
  readonly input: string;
  /** `text/plain` of the result. */
  output: string | null;
}

/** `[session, line, input]`, or `[session, line, [input, output]]`. */
export type HistoryItem = readonly [number, number, string | readonly [string, string | null]];

/** There is one session: this kernel's life. */
const session = 1;

/** Characters that are kept; beyond, the oldest entries are forgotten. */
const limitCharacters = 16 * 1024 * 1024;

export class InputHistory {
  #entries: Entry[] = [];
  #size = 0;

  add(line: number, input: string): void {
    this.#entries.push({ line, input, output: null });
    this.#size += input.length;
    this.#keepBounded();
  }

  /** The result of the cell `line`. */
  addOutput(line: number, output: string): void {
    const entry = this.#entries.at(-1);
    if (entry?.line === line) {
      entry.output = output;
      this.#size += output.length;
      this.#keepBounded();
    }
  }

  /** `request`: content of a `history_request`, unchecked. What is missing or wrong takes Jupyter's defaults. */
  find(request: Readonly<Record<string, unknown>>): readonly HistoryItem[] {
    const withOutput = request.output === true;
    return this.#chosen(request).map(({ line, input, output }) => [
      session,
      line,
      withOutput ? ([input, output] as const) : input,
    ]);
  }

  #chosen(request: Readonly<Record<string, unknown>>): readonly Entry[] {
    const count = numberOr(request.n, 10);
    switch (request.hist_access_type) {
      case "range": {
        // 0 is this session, as in IPython; negative ones would be before it, and nothing is left of those.
        const asked = numberOr(request.session, 0);
        const [start, stop] = [numberOr(request.start, 1), numberOr(request.stop, Infinity)];
        const isHere = asked === 0 || asked === session;
        return isHere ? this.#entries.filter(({ line }) => line >= start && line < stop) : [];
      }
      case "search": {
        const pattern = globPattern(typeof request.pattern === "string" ? request.pattern : "*");
        const found = this.#entries.filter(({ input }) => pattern.test(input));
        const kept = request.unique === true ? latestOfEach(found) : found;
        return request.n === undefined || request.n === null ? kept : last(kept, count);
      }
      default:
        return last(this.#entries, count);
    }
  }

  #keepBounded(): void {
    while (this.#size > limitCharacters && this.#entries.length > 1) {
      const { input, output } = this.#entries.shift()!;
      this.#size -= input.length + (output?.length ?? 0);
    }
  }
}

function last(entries: readonly Entry[], count: number): readonly Entry[] {
  return count <= 0 ? [] : entries.slice(-count);
}

function latestOfEach(entries: readonly Entry[]): readonly Entry[] {
  const latest = new Map(entries.map((entry) => [entry.input, entry]));
  return entries.filter((entry) => latest.get(entry.input) === entry);
}

/** `*` is any text, `?` one character, `[abc]` one of these; the whole input has to fit. */
function globPattern(glob: string): RegExp {
  const source = glob.replace(/\[(\^?)([^\]]+)\]|[\s\S]/gu, (part: string, not?: string, set?: string) => {
    if (set !== undefined) {
      return `[${not ?? ""}${set.replace(/[\\[\]^]/g, "\\$&")}]`;
    }
    return part === "*" ? "[^]*" : part === "?" ? "[^]" : part.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
  });
  try {
    return new RegExp(`^${source}$`, "u");
  } catch {
    return /^(?!)/; // A set such as [z-a] fits nothing.
  }
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}
