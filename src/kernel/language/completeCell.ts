/** Candidates at a place in a cell: names of the cells first, then what else is in reach. */
import type * as typescript from "@tslab/typescript-for-tslab";
import type {
  CompletionCandidate,
  CompletionTrigger,
  LanguageAnswer,
  SymbolDescription,
} from "../../shared/languageMessages";
import type { CellProgram } from "./cellProgram";
import { describeSymbol } from "./describeSymbol";

type CompleteAnswer = Extract<LanguageAnswer, { readonly kind: "complete" }>;

/** TypeScript's mark of names that are neither members nor of this cell. */
const globalRank = "15";

/** `trigger`: the character whose typing asks; none when a person or another program asks. */
export function completeCell(
  program: CellProgram,
  path: string,
  offset: number,
  trigger?: CompletionTrigger,
): CompleteAnswer | undefined {
  const info = program.service().getCompletionsAtPosition(path, offset, {
    includeSymbol: true,
    ...(trigger === undefined ? {} : { triggerCharacter: trigger }),
  });
  if (info === undefined) {
    return undefined;
  }
  const ranked = info.entries
    .map((entry) => ({ entry, rank: rankOf(program, entry) }))
    .sort((a, b) => compare(a.rank, b.rank) || compare(a.entry.name, b.entry.name));
  // All entries replace the same text; strings bring their own span, which reaches to the closing quote.
  const span = info.entries.find(({ replacementSpan }) => replacementSpan !== undefined)?.replacementSpan;
  const { start, end } =
    span === undefined
      ? wordAt(program.sourceFile(path).text, offset)
      : { start: span.start, end: span.start + span.length };
  return { kind: "complete", start, end, candidates: ranked.map(({ entry }) => candidateOf(entry)) };
}

export function describeCandidate(
  program: CellProgram,
  path: string,
  offset: number,
  name: string,
): SymbolDescription | undefined {
  const service = program.service();
  const details = service.getCompletionEntryDetails(path, offset, name, undefined, undefined, undefined, undefined);
  return details === undefined ? undefined : describeSymbol(details);
}

function candidateOf({ name, kind }: typescript.CompletionEntry): CompletionCandidate {
  return { name, kind };
}

function rankOf(program: CellProgram, { sortText, symbol }: typescript.CompletionEntry): string {
  const isOfCells = symbol?.declarations?.some((node) => program.isCell(node.getSourceFile().fileName)) === true;
  return sortText === globalRank && isOfCells ? "14" : sortText;
}

function wordAt(text: string, offset: number): { readonly start: number; readonly end: number } {
  const before = /[\p{ID_Continue}$]*$/u.exec(text.slice(0, offset))![0];
  const after = /^[\p{ID_Continue}$]*/u.exec(text.slice(offset))![0];
  return { start: offset - before.length, end: offset + after.length };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
