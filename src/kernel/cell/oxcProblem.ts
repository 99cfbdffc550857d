import { positionAt, SyntaxProblem } from "./syntaxProblem";

/** An error of oxc's parser or transformer, which share their shape but not their type. */
export interface OxcProblem {
  readonly message: string;
  readonly labels: readonly { readonly start: number }[];
  readonly helpMessage: string | null;
}

export function toProblem(error: OxcProblem, text: string): SyntaxProblem {
  const offset = error.labels[0]?.start ?? 0;
  const help = error.helpMessage === null ? "" : ` ${error.helpMessage}`;
  const openTemplate = error.message.startsWith("Unterminated string") && text[offset] === "`";
  const open =
    /EOF|Unterminated multiline comment/.test(error.message) || openTemplate || text.slice(offset).trim() === "";
  const message = error.message.replaceAll("`", "'").replace(/\.$/, "");
  return new SyntaxProblem(`${message}.${help}`, positionAt(text, offset), open);
}
