/** Anything thrown, as Jupyter's error: the person's own frames, the line with a caret, and the causes. */
import { inspect } from "node:util";
import { isAbsolute, relative } from "node:path";
import type { ErrorContent } from "../../protocol/message";
import { GraftError } from "../../shared/graftError";
import { SyntaxProblem } from "../cell/syntaxProblem";
import { codeExcerpt } from "./codeExcerpt";
import { personFrames, sourceOf, type Frame } from "./sources";

const red = (text: string): string => `\u001b[1;31m${text}\u001b[0m`;
const dim = (text: string): string => `\u001b[2m${text}\u001b[0m`;

/** `code` and `fileName`: the cell, for problems that arise before any of it runs. */
export function describeError(
  thrown: unknown,
  cell: { readonly code: string; readonly fileName: string },
): ErrorContent {
  const ename = nameOf(thrown);
  const evalue = messageOf(thrown);
  return { ename, evalue, traceback: linesOf(thrown, cell, 0) };
}

function linesOf(thrown: unknown, cell: { readonly code: string; readonly fileName: string }, depth: number): string[] {
  const lines = [`${red(nameOf(thrown))}: ${messageOf(thrown)}`];
  if (thrown instanceof SyntaxProblem) {
    const { line, column, file } = thrown;
    lines.push(placeText({ name: "", fileName: file?.name ?? cell.fileName, line, column }));
    lines.push(codeExcerpt(file?.text ?? cell.code, line, column));
    return lines;
  }
  if (!(thrown instanceof Error)) {
    return lines;
  }
  const frames = personFrames(thrown);
  if (isGraftError(thrown)) {
    lines.splice(0, 1, `${red("GraftError")} ${dim(thrown.code)}`);
    lines.push(`Expected ${thrown.expected},`, `but found ${thrown.found}.`, `→ ${thrown.remedy}.`);
    const first = frames[0];
    return first === undefined ? lines : [...lines, dim(placeText(first))];
  }
  lines.push(...frames.map(placeText));
  const first = frames[0];
  const source = first === undefined ? undefined : sourceOf(first.fileName);
  if (first !== undefined && source !== undefined) {
    lines.push(codeExcerpt(source.text, first.line, first.column));
  }
  const nested = [
    ...(thrown instanceof AggregateError ? (thrown.errors as unknown[]) : []),
    ...(thrown.cause === undefined ? [] : [thrown.cause]),
  ];
  if (depth < 4) {
    for (const cause of nested.slice(0, 8)) {
      lines.push("Caused by:", ...linesOf(cause, cell, depth + 1));
    }
  }
  return lines;
}

/** Errors of the lab come from another bundle, so they are known by their parts, not by their class. */
function isGraftError(error: Error): error is GraftError {
  const parts = error as Partial<GraftError>;
  return (
    error instanceof GraftError ||
    (error.name === "GraftError" && [parts.code, parts.expected, parts.found, parts.remedy].every(isText))
  );
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function placeText({ name, fileName, line, column }: Frame): string {
  const file = isAbsolute(fileName) ? relative(process.cwd(), fileName) : fileName;
  const place = `${file}, line ${line}, column ${column}`;
  return name === "" || name === "<anonymous>" ? `    at ${place}` : `    at ${name} (${place})`;
}

function nameOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) {
    return "Thrown";
  }
  return isText(thrown.name) && thrown.name !== "" ? thrown.name : "Error";
}

function messageOf(thrown: unknown): string {
  const message: unknown = thrown instanceof Error ? thrown.message : thrown;
  return withoutBindings(isText(message) && thrown instanceof Error ? message : inspect(message, { depth: 2 }));
}

/** V8 quotes compiled code in some messages: `(0 , $g_train.v) is not a function`. */
function withoutBindings(message: string): string {
  return message
    .replace(/\(0 ?, ?\$+g_([\p{ID_Continue}$]+)\.(?:v|w)\)/gu, "$1")
    .replace(/\$+g_([\p{ID_Continue}$]+)\.(?:v|w|t)(?![\p{ID_Continue}$])/gu, "$1");
}
