import type { TypeProblem } from "../../shared/typeProblem";
import { codeExcerpt } from "../run/codeExcerpt";

/** What is printed beside the output of a cell whose types are wrong. */
export function formatTypeProblems(problems: readonly TypeProblem[], code: string): string {
  return problems
    .map(({ line, column, message, code: number }) => {
      const head = `Type error in line ${line}: ${message} (TS${number})`;
      return `${head}\n${codeExcerpt(code, line, column)}\n`;
    })
    .join("");
}
