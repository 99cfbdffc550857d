/** A type error in a cell, found beside its run. Lines and columns count from 1. */
export interface TypeProblem {
  readonly message: string;
  /** TypeScript's number: 2322. */
  readonly code: number;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}
