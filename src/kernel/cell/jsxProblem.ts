import { parseSync, Visitor } from "oxc-parser";
import { positionAt, SyntaxProblem } from "./syntaxProblem";

/** For code that cannot be parsed: a clear word when that is because there is JSX in it. */
export function jsxProblem(text: string): SyntaxProblem | undefined {
  if (!/<(?:[\p{ID_Start}$_>])/u.test(text)) {
    return undefined;
  }
  const { program, errors } = parseSync("cell.tsx", text, { lang: "tsx", sourceType: "module" });
  if (errors.length > 0) {
    return undefined;
  }
  let start: number | undefined;
  const note = (node: { readonly start: number }): void => void (start ??= node.start);
  new Visitor({ JSXElement: note, JSXFragment: note }).visit(program);
  return start === undefined
    ? undefined
    : new SyntaxProblem(
        'JSX is not supported in cells: expected TypeScript. Show HTML with display({ "text/html": … }).',
        positionAt(text, start),
      );
}
