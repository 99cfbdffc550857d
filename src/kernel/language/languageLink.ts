/** Questions to the language worker and its answers. They are answered in the order in which they were asked. */
import type { TypeProblem } from "../../shared/typeProblem";

export type ToLanguage =
  | /** `gate`: a cell with problems will not run, so its declarations are not carried on. */
    { readonly kind: "check"; readonly code: string; readonly gate: boolean }
  | { readonly kind: "complete"; readonly code: string; readonly cursor: number };

export type FromLanguage =
  | { readonly kind: "checked"; readonly problems: readonly TypeProblem[] }
  | { readonly kind: "completed"; readonly completion: Completion };

/** `start` and `end`: the text that a match replaces, in UTF-16 code units. */
export interface Completion {
  readonly start: number;
  readonly end: number;
  readonly matches: readonly string[];
}
