/**
 * Questions to the language worker and its answers. The worker takes one question at a time; who asks decides which is next
 * (`io/languageService.ts`). Offsets count UTF-16 code units.
 */
import type { LanguageAnswer, LanguageQuestion } from "../../shared/languageMessages";
import type { TypeProblem } from "../../shared/typeProblem";
import type { LanguageFolders } from "./languageFiles";

export type ToLanguage =
  /** A cell runs: it is known from now on. Not a question. */
  | { readonly kind: "ran"; readonly cell: ExecutedCell; readonly willBeChecked: boolean }
  /** A cell that would have been checked will not be. Not a question. */
  | { readonly kind: "skip"; readonly index: number }
  /** Which cells that have run are out of reach? Checks tell it too. */
  | { readonly kind: "tidy" }
  | {
      readonly kind: "check";
      readonly index: number;
      /** With problems the cell does not run and is forgotten. */
      readonly gate: boolean;
    }
  /** About cells as an editor holds them. */
  | { readonly kind: "editor"; readonly question: LanguageQuestion }
  /** About `code` behind all cells that have run. */
  | { readonly kind: "console"; readonly question: ConsoleQuestion };

export interface ExecutedCell {
  /** Rises with every cell that runs. */
  readonly index: number;
  readonly text: string;
}

export interface ConsoleQuestion {
  readonly kind: "complete" | "inspect";
  readonly code: string;
  readonly offset: number;
}

export type FromLanguage =
  /** `unreachable`: indices of cells that need not be told to another worker. */
  | { readonly kind: "checked"; readonly problems: readonly TypeProblem[]; readonly unreachable: readonly number[] }
  | { readonly kind: "tidied"; readonly unreachable: readonly number[] }
  | { readonly kind: "editor"; readonly answer: LanguageAnswer | undefined }
  /** Something more urgent waits: ask again. */
  | { readonly kind: "postponed" }
  /** The question was too much for the checker. */
  | { readonly kind: "failed" }
  | {
      readonly kind: "completed";
      readonly completion: Extract<LanguageAnswer, { readonly kind: "complete" }> | undefined;
    }
  | { readonly kind: "inspected"; readonly inspection: Inspection | undefined };

export interface Inspection {
  /** TypeScript code. */
  readonly signature: string;
  /** Markdown. */
  readonly documentation: string;
  /** Code of the declaration; undefined when it is nowhere to be read. */
  readonly declaration: string | undefined;
}

/** What the worker is started with. */
export interface LanguageSetup extends LanguageFolders {
  /** One number, above 0 while something urgent waits. */
  readonly urgent: Int32Array;
}
