/**
 * Checks cells one after the other with tslab's converter. The declarations of each are carried on to the next, also of a
 * cell with type errors: it ran all the same, so later cells must know its names.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import type { ConvertResult, Converter, Diagnostic } from "tslab/dist/converter";
import type { TypeProblem } from "../../shared/typeProblem";
import type { Completion } from "./languageLink";
import { declaredNames } from "./declaredNames";

export class CellChecker {
  readonly #converter: Converter;
  readonly #require: NodeJS.Require;
  #declarations = "";

  constructor(converter: Converter, notebookFolder: string) {
    this.#converter = converter;
    this.#require = createRequire(join(notebookFolder, "cell.js"));
  }

  /** `gate`: a cell with problems will not run. */
  check(code: string, gate: boolean): readonly TypeProblem[] {
    const previous = this.#declarations;
    const result = this.#convert(previous, code);
    const problems = result.diagnostics.filter((problem) => this.#isWorthReporting(problem)).map(toProblem);
    if (!gate || problems.length === 0) {
      this.#declarations = result.declOutput ?? this.#declarationsDespite(result, previous, code);
    }
    return problems;
  }

  complete(code: string, cursor: number): Completion {
    const { start, end, candidates } = this.#converter.complete(this.#declarations, code, cursor);
    return { start, end, matches: candidates };
  }

  /** A crash inside the converter must not take the checks of all later cells with it. */
  #convert(declarations: string, code: string): ConvertResult {
    try {
      return this.#converter.convert(declarations, code);
    } catch (error) {
      console.error("tslab's converter failed on a cell; it stays unchecked.", error);
      return { diagnostics: [] };
    }
  }

  /** TypeScript gives declarations only for code without errors: silence the lines with errors, for the types' sake. */
  #declarationsDespite(result: ConvertResult, previous: string, code: string): string {
    const lines = code.split("\n");
    const wrong = new Set(result.diagnostics.filter((problem) => !problem.fileName).map(({ start }) => start.line));
    const silenced = lines.map((line, i) => (wrong.has(i) ? `// @ts-ignore\n${line}` : line)).join("\n");
    const second = wrong.size === 0 ? undefined : this.#convert(previous, silenced).declOutput;
    // Syntax that this TypeScript does not know: the names at least.
    return (
      second ??
      `${declaredNames(code)
        .map((name) => `declare let ${name}: any;\n`)
        .join("")}${previous}`
    );
  }

  #isWorthReporting({ code, messageText, fileName, category }: Diagnostic): boolean {
    const isError = category === 1;
    const isSyntax = code < 2000; // The cell has been parsed by a newer parser before.
    const isNewerLibrary = code === 2550 || code === 2583;
    return isError && !isSyntax && !isNewerLibrary && !fileName && !this.#isModuleThatNodeFinds(code, messageText);
  }

  /** TypeScript 5.0's resolution does not read `exports` of packages; what Node finds is there. */
  #isModuleThatNodeFinds(code: number, message: string): boolean {
    const specifier = /'([^']+)'/.exec(message)?.[1];
    if (code === 7016) {
      return true;
    }
    if (code !== 2307 || specifier === undefined) {
      return false;
    }
    try {
      this.#require.resolve(specifier);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "ERR_PACKAGE_PATH_NOT_EXPORTED";
    }
  }
}

function toProblem({ messageText, code, start, end }: Diagnostic): TypeProblem {
  return {
    message: messageText,
    code,
    line: start.line + 1,
    column: start.character + 1,
    endLine: end.line + 1,
    endColumn: end.character + 1,
  };
}
