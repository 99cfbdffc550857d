/** TypeScript to JavaScript without any check: about a tenth of a millisecond a cell. */
import { transformSync, type Helpers } from "oxc-transform";
import { positionAt, SyntaxProblem } from "./syntaxProblem";

/** An error of oxc's parser or transformer, which share their shape but not their type. */
export interface OxcProblem {
  readonly message: string;
  readonly labels: readonly { readonly start: number }[];
  readonly helpMessage: string | null;
}

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
    throw toProblem(problem, text);
  }
  return { code, insideTry: "usingCtx" in helpersUsed, map: () => transform(true).map ?? {} };
}

export function toProblem(error: OxcProblem, text: string): SyntaxProblem {
  const offset = error.labels[0]?.start ?? 0;
  const help = error.helpMessage === null ? "" : ` ${error.helpMessage}`;
  const openTemplate = error.message.startsWith("Unterminated string") && text[offset] === "`";
  const open =
    /EOF|Unterminated multiline comment/.test(error.message) || openTemplate || text.slice(offset).trim() === "";
  return new SyntaxProblem(`${error.message.replaceAll("`", "'")}.${help}`, positionAt(text, offset), open);
}
