/** A cell that cannot be compiled. `line` and `column` count from 1 and mean the text that the person wrote. */
export class SyntaxProblem extends SyntaxError {
  override readonly name = "SyntaxError";
  readonly line: number;
  readonly column: number;
  /** True when the text only lacks its end: an open bracket, string or comment. */
  readonly incomplete: boolean;
  /** The module beside the notebook that it is about; undefined for the cell itself. */
  file: { readonly name: string; readonly text: string } | undefined;

  constructor(message: string, position: { readonly line: number; readonly column: number }, incomplete = false) {
    super(message);
    this.line = position.line;
    this.column = position.column;
    this.incomplete = incomplete;
  }
}

/** Line and column, from 1, of an offset in UTF-16 code units. */
export function positionAt(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const lastBreak = before.lastIndexOf("\n");
  return { line: before.split("\n").length, column: offset - lastBreak };
}
