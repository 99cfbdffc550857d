import { stripTypes } from "./stripTypes";
import { SyntaxProblem } from "./syntaxProblem";

/** Content of an `is_complete_reply`. */
export function isComplete(
  code: string,
): { status: "complete" | "invalid" } | { status: "incomplete"; indent: string } {
  try {
    stripTypes(code, "cell.ts");
    return { status: "complete" };
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) {
      throw error;
    }
    if (!error.incomplete) {
      return { status: "invalid" };
    }
    const lastLine = code.trimEnd().split("\n").at(-1) ?? "";
    const indent = /^\s*/.exec(lastLine)?.[0] ?? "";
    return { status: "incomplete", indent: /[{([]$/.test(lastLine) ? `${indent}  ` : indent };
  }
}
