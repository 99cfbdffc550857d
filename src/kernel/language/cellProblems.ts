/** Type errors of one cell, without what only the age of TypeScript 5.0 makes an error. */
import { createRequire } from "node:module";
import { dirname } from "node:path";
import type * as typescript from "@tslab/typescript-for-tslab";
import type { TypeProblem } from "../../shared/typeProblem";
import type { CellProgram } from "./cellProgram";

/** Names of the standard library that are newer than the library that is read. */
const newerLibrary: ReadonlySet<number> = new Set([2550, 2583]);
const untypedModule = 7016;
const moduleNotFound = 2307;

/** Syntax errors when the cell has some, else errors of types. */
export function cellProblems(program: CellProgram, path: string): readonly TypeProblem[] {
  const service = program.service();
  const syntax = service.getSyntacticDiagnostics(path);
  if (syntax.length > 0) {
    // A newer parser decides: what TypeScript 5.0 does not know yet is not reported, nor what it then makes of the rest.
    return program.isValid(path) ? [] : syntax.map((problem) => toProblem(program, problem));
  }
  return service
    .getSemanticDiagnostics(path)
    .filter((problem) => isWorthReporting(program, problem, path))
    .map((problem) => toProblem(program, problem));
}

function isWorthReporting({ ts }: CellProgram, problem: typescript.Diagnostic, path: string): boolean {
  const { category, code } = problem;
  if (category !== ts.DiagnosticCategory.Error || newerLibrary.has(code) || code === untypedModule) {
    return false;
  }
  return code !== moduleNotFound || !nodeFinds(ts.flattenDiagnosticMessageText(problem.messageText, "\n"), path);
}

/** What Node finds is there, also when its declarations are not. */
function nodeFinds(message: string, path: string): boolean {
  const specifier = /'([^']+)'/.exec(message)?.[1];
  if (specifier === undefined) {
    return false;
  }
  try {
    createRequire(`${dirname(path)}/cell.js`).resolve(specifier);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ERR_PACKAGE_PATH_NOT_EXPORTED";
  }
}

function toProblem({ ts }: CellProgram, problem: typescript.Diagnostic): TypeProblem {
  const { file, start = 0, length = 0, messageText, code } = problem;
  const from = ts.getLineAndCharacterOfPosition(file!, start);
  const to = ts.getLineAndCharacterOfPosition(file!, start + length);
  return {
    message: ts.flattenDiagnosticMessageText(messageText, "\n"),
    code,
    line: from.line + 1,
    column: from.character + 1,
    endLine: to.line + 1,
    endColumn: to.character + 1,
  };
}
