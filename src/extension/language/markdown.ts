import * as vscode from "vscode";

/** Documentation as it was written beside the declaration. */
export function documentationText(documentation: string): vscode.MarkdownString {
  return new vscode.MarkdownString(documentation);
}

/** TypeScript code, and documentation under it. */
export function codeBlock(code: string, documentation: string): vscode.MarkdownString {
  return new vscode.MarkdownString().appendCodeblock(code, "typescript").appendMarkdown(documentation);
}
