/**
 * Every error that a person can meet. The text always says what was expected, what came, and what to do, so it reads the
 * same beside a cell, in a notification and in a terminal.
 */
export interface GraftErrorParts {
  /** Stable identifier, e.g. `"data/bad-magic"`; tests and the extension match on this, never on the text. */
  readonly code: string;
  /** What the operation needed, as a phrase: `"an idx file that starts with 00 00 08"`. */
  readonly expected: string;
  /** What it met instead: `"89 50 4e 47 in digits.idx"`. */
  readonly found: string;
  /** What to do next, as an imperative sentence without the full stop. */
  readonly remedy: string;
  readonly cause?: unknown;
}

/** An error that says what was expected, what was found and what to do; `code` is what programs match on. */
export class GraftError extends Error {
  readonly code: string;
  readonly expected: string;
  readonly found: string;
  readonly remedy: string;

  constructor(parts: GraftErrorParts) {
    super(
      `Expected ${parts.expected}, but found ${parts.found}. ${parts.remedy}.`,
      parts.cause === undefined ? undefined : { cause: parts.cause },
    );
    this.name = "GraftError";
    this.code = parts.code;
    this.expected = parts.expected;
    this.found = parts.found;
    this.remedy = parts.remedy;
  }
}

/** Thrown out of a cell that the person interrupted. What was reached (weights, history) has already been kept. */
export class InterruptedError extends Error {
  constructor(message = "Interrupted. What was reached so far has been kept.") {
    super(message);
    this.name = "InterruptedError";
  }
}
