/** TypeScript to JavaScript without any check: about a tenth of a millisecond a cell. */
import { transformSync, type Helpers } from "oxc-transform";
import { jsxProblem } from "./jsxProblem";
import { toProblem } from "./oxcProblem";

export interface StrippedCode {
  readonly code: string;
  /** True when `using` was lowered: the statements are then in the block of one `try`. */
  readonly insideTry: boolean;
  /** Maps `code` to the text; made only when somebody needs it. */
  map(): object;
}

// The package declares an ambient enum, which has no value that could be imported.
const helpers = { mode: "External" } as unknown as Helpers;

/** Throws `SyntaxProblem`. */
export function stripTypes(text: string, fileName: string): StrippedCode {
  const transform = (sourcemap: boolean) =>
    transformSync(fileName, text, {
      lang: "ts",
      sourceType: "module",
      sourcemap,
      // A name that is imported here may first be used in a later cell.
      typescript: { onlyRemoveTypeImports: true },
      decorator: { legacy: true },
      // Lowers `using`, and nothing that Node 20 has. See run/loweredSyntax.ts.
      target: "es2022",
      helpers,
    });
  const { code, errors, helpersUsed } = transform(false);
  const problem = errors.find((error) => (error.severity as string) === "Error");
  if (problem !== undefined) {
    throw jsxProblem(text) ?? toProblem(problem, text);
  }
  return { code, insideTry: "usingCtx" in helpersUsed, map: () => transform(true).map ?? {} };
}
