/**
 * From places in compiled code back to places in the text that a person wrote. The maps are made when the first error asks
 * for them, or when the cell is one of many and what they are made from takes too much room.
 */
import type MagicString from "magic-string";
import { SourceMap, type SourceMapPayload } from "node:module";
import type { StrippedCode } from "./stripTypes";
import { positionAt } from "./syntaxProblem";

export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

export class PositionMap {
  readonly text: string;
  /** Columns of the first line that are not the person's: the head of the function around the code. */
  firstLineOffset = 0;
  readonly #stripped: StrippedCode;
  #edits: MagicString | undefined;
  #mappings: SourceMapPayload | undefined;
  #toText: SourceMap | undefined;
  #toStripped: SourceMap | undefined;

  constructor(text: string, stripped: StrippedCode, edits: MagicString) {
    this.text = text;
    this.#stripped = stripped;
    this.#edits = edits;
  }

  /** Characters that it keeps, about. */
  get size(): number {
    return 2 * this.text.length + (this.#mappings?.mappings.length ?? 0);
  }

  /** Lets go of what only making the code needed: a tenth of a millisecond, and a few hundred bytes stay of many thousand. */
  compact(): void {
    this.#compactMap();
    this.#edits = undefined;
  }

  /** The place in the text of a place in the compiled code. */
  ofCompiled({ line, column }: Position): Position {
    this.#toStripped ??= new SourceMap(this.#compactMap());
    const shift = line === 1 ? this.firstLineOffset : 0;
    const entry = this.#toStripped.findEntry(line - 1, Math.max(0, column - 1 - shift));
    if (!("originalLine" in entry)) {
      return { line: 1, column: 1 };
    }
    return this.#ofStrippedPlace({ line: entry.originalLine + 1, column: entry.originalColumn + 1 });
  }

  /** The place in the text of an offset in the code without types. */
  ofStripped(offset: number): Position {
    return this.#ofStrippedPlace(positionAt(this.#stripped.code, offset));
  }

  #compactMap(): SourceMapPayload {
    return (this.#mappings ??= payload(this.#edits!.generateMap({ hires: "boundary" })));
  }

  #ofStrippedPlace({ line, column }: Position): Position {
    this.#toText ??= new SourceMap(payload(this.#stripped.map()));
    const entry = this.#toText.findEntry(line - 1, column - 1);
    return "originalLine" in entry
      ? { line: entry.originalLine + 1, column: entry.originalColumn + 1 }
      : { line: 1, column: 1 };
  }
}

function payload(map: object): SourceMapPayload {
  const { mappings, sources } = map as { readonly mappings: string; readonly sources: readonly string[] };
  return { version: 3, file: "", sources: [...sources], sourcesContent: [], names: [], mappings, sourceRoot: "" };
}
