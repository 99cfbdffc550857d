/**
 * A cell's text as TypeScript 5.0 can read it. Syntax that is newer is written in older words of the same length, so that
 * every offset stays what it is: `using held` becomes `const held`, import attributes become spaces.
 */
import { parseSync, type ImportDeclaration, type VariableDeclaration } from "oxc-parser";
import { walk } from "../cell/analyse";

export interface ReadableCell {
  readonly readable: string;
  /** False when the cell is not valid syntax of today either. */
  readonly isValid: boolean;
}

export function readableCell(text: string): ReadableCell {
  const { program, errors } = parseSync("cell.ts", text, { lang: "ts", sourceType: "module" });
  if (errors.length > 0) {
    return { readable: text, isValid: false };
  }
  let readable = text;
  const replace = (start: number, end: number, by: string): void => {
    readable = readable.slice(0, start) + by.padEnd(end - start) + readable.slice(end);
  };
  if (/\busing\b|\bwith\b/.test(text)) {
    walk(program, (node) => {
      if (node.type === "VariableDeclaration") {
        const { keyword, end } = usingKeyword(node, text);
        if (keyword) replace(node.start, end, "const");
      } else if (node.type === "ImportDeclaration") {
        const span = attributesSpan(node, text);
        if (span !== undefined) replace(span.start, span.end, "");
      }
    });
  }
  return { readable, isValid: true };
}

function usingKeyword(node: VariableDeclaration, text: string): { readonly keyword: boolean; readonly end: number } {
  const keyword = /^(?:await\s+)?using\b/.exec(text.slice(node.start, node.end));
  const isUsing = node.kind === "using" || node.kind === "await using";
  return { keyword: isUsing && keyword !== null, end: node.start + (keyword?.[0].length ?? 0) };
}

/** From `with` to the closing brace. */
function attributesSpan(
  node: ImportDeclaration,
  text: string,
): { readonly start: number; readonly end: number } | undefined {
  const clause = /^\s*(with\s*\{[^}]*\})/.exec(text.slice(node.source.end, node.end));
  if (clause === null) {
    return undefined;
  }
  const start = node.source.end + clause[0].length - clause[1]!.length;
  return { start, end: node.source.end + clause[0].length };
}
