/**
 * What editors ask the kernel's language service over the comm target `graft.language`. Questions carry the whole text of the
 * cells, so the answers do not depend on what has run. Each `comm_msg` to the kernel is a `LanguageRequest`, each one
 * back a `LanguageResponse` with the same id. Offsets count UTF-16 code units in the last of `cells`.
 */
import type { TypeProblem } from "./typeProblem";

export const LANGUAGE_COMM_TARGET = "graft.language";

export interface LanguageRequest {
  readonly id: number;
  readonly question: LanguageQuestion;
}

export interface LanguageResponse {
  readonly id: number;
  /** Undefined when the service is not to be had or has nothing to say. */
  readonly answer?: LanguageAnswer;
}

/** Characters whose typing may ask for completion. */
export const completionTriggers: readonly [".", '"', "'", "`", "/", "@", "<"] = [".", '"', "'", "`", "/", "@", "<"];
export type CompletionTrigger = (typeof completionTriggers)[number];

/** `cells`: the texts of the code cells from the notebook's first to the one that is asked about. */
export type LanguageQuestion =
  | {
      readonly kind: "complete";
      readonly cells: readonly string[];
      readonly offset: number;
      /** The character whose typing asks; undefined when the person asks. After a division sign, say, nothing is offered. */
      readonly trigger?: CompletionTrigger;
    }
  /** Documentation of one of the candidates. */
  | { readonly kind: "describe"; readonly cells: readonly string[]; readonly offset: number; readonly name: string }
  | { readonly kind: "hover"; readonly cells: readonly string[]; readonly offset: number }
  | { readonly kind: "signature"; readonly cells: readonly string[]; readonly offset: number }
  /** `cells`: all code cells of the notebook. */
  | { readonly kind: "diagnose"; readonly cells: readonly string[] };

export type LanguageAnswer =
  | {
      readonly kind: "complete";
      /** The text that a candidate replaces. */
      readonly start: number;
      readonly end: number;
      readonly candidates: readonly CompletionCandidate[];
    }
  | { readonly kind: "describe"; readonly description: SymbolDescription }
  | { readonly kind: "hover"; readonly start: number; readonly end: number; readonly description: SymbolDescription }
  | {
      readonly kind: "signature";
      readonly signatures: readonly SignatureDescription[];
      readonly activeSignature: number;
      readonly activeParameter: number;
    }
  /** Problems of each cell, in the order of the question. */
  | { readonly kind: "diagnose"; readonly problems: readonly (readonly TypeProblem[])[] };

export interface CompletionCandidate {
  readonly name: string;
  /** TypeScript's `ScriptElementKind`: `"const"`, `"method"`, `"property"`, `"keyword"`, … */
  readonly kind: string;
}

export interface SymbolDescription {
  /** TypeScript code: `"const model: Model"`. */
  readonly signature: string;
  /** Markdown. */
  readonly documentation: string;
}

export interface SignatureDescription {
  readonly label: string;
  readonly documentation: string;
  readonly parameters: readonly { readonly label: string; readonly documentation: string }[];
}
