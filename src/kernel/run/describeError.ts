/** Anything thrown, as Jupyter's error: the person's own frames, the line with a caret, and the causes. */
import { inspect } from "node:util";
import { isAbsolute, relative } from "node:path";
import type { ErrorContent } from "../../protocol/message";
import { GraftError } from "../../shared/graftError";
import { SyntaxProblem } from "../cell/syntaxProblem";
import { codeExcerpt } from "./codeExcerpt";
import { foreignFrames, personFrames, sourceOf, type Frame } from "./sources";

const red = (text: string): string => `\u001b[1;31m${text}\u001b[0m`;
const dim = (text: string): string => `\u001b[2m${text}\u001b[0m`;

/**
 * `code` and `fileName`: the cell, for problems that arise before any of it runs. Never throws, whatever the getters, traps and
 * `toString` of what was thrown do.
 */
export function describeError(
  thrown: unknown,
  cell: { readonly code: string; readonly fileName: string },
): ErrorContent {
  try {
    return described(thrown, cell);
  } catch {
    const evalue = "What was thrown cannot be shown: it throws itself when it is read.";
    return { ename: "Thrown", evalue, traceback: [`${red("Thrown")}: ${evalue}`] };
  }
}

interface Cell {
  readonly code: string;
  readonly fileName: string;
}

function described(thrown: unknown, cell: Cell): ErrorContent {
  const ename = nameOf(thrown);
  const evalue = messageOf(thrown);
  return { ename, evalue, traceback: linesOf(thrown, cell, []) };
}

/** `outer`: the errors that this one has caused; a cause that is among them is not told again. */
function linesOf(thrown: unknown, cell: Cell, outer: readonly unknown[]): string[] {
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
  if (frames.length === 0) {
    lines.push(...foreignFrames(thrown).map((frame) => dim(`    at ${frame}`)));
  }
  const first = frames[0];
  const source = first === undefined ? undefined : sourceOf(first.fileName);
  if (first !== undefined && source !== undefined) {
    lines.push(codeExcerpt(source.text, first.line, first.column));
  }
  const nested = [
    ...(thrown instanceof AggregateError ? (thrown.errors as unknown[]) : []),
    ...(thrown.cause === undefined ? [] : [thrown.cause]),
  ];
  if (outer.length < deepestCause) {
    const path = [...outer, thrown];
    for (const cause of nested.filter((error) => !path.includes(error)).slice(0, mostCauses)) {
      lines.push("Caused by:", ...linesOf(cause, cell, path));
    }
    if (nested.length > mostCauses) {
      lines.push(`and ${nested.length - mostCauses} more errors.`);
    }
  }
  return lines;
}

const deepestCause = 4;
const mostCauses = 8;

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
  const name = isText(thrown.name) && thrown.name !== "" ? thrown.name : "Error";
  // A class that extends Error and sets no name is still known by its own.
  const made: unknown = thrown.constructor.name;
  return name === "Error" && isText(made) && made !== "" ? made : name;
}

function messageOf(thrown: unknown): string {
  const message: unknown = thrown instanceof Error ? thrown.message : thrown;
  return withoutBindings(isText(message) && thrown instanceof Error ? message : inspect(message, { depth: 2 }));
}

/** V8 quotes compiled code in some messages: `(0 , $g_train.v) is not a function`. */
function withoutBindings(message: string): string {
  return message
    .replace(/if\(\$+k_flag\[0\]\)\$+k_stop\(\);|\(\$+k_flag\[0\]&&\$+k_stop\(\),/gu, "")
    .replace(/\(0 ?, ?\$+g_([\p{ID_Continue}$]+)\.(?:v|w)\)/gu, "$1")
    .replace(/\$+g_([\p{ID_Continue}$]+)\.(?:v|w|t)(?![\p{ID_Continue}$])/gu, "$1");
}
