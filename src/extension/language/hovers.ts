/** Types and documentation of names in cells, under the mouse. */
import * as vscode from "vscode";
import { notebookOf, textsUpTo } from "./graftCells";
import type { LanguageClients } from "./languageClients";
import { codeBlock } from "./markdown";

export class Hovers implements vscode.HoverProvider {
  readonly #clients: LanguageClients;

  constructor(clients: LanguageClients) {
    this.#clients = clients;
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const notebook = notebookOf(document);
    if (notebook === undefined) {
      return undefined;
    }
    const cells = textsUpTo(notebook, document);
    const answer = await this.#clients.ask(notebook, { kind: "hover", cells, offset: document.offsetAt(position) });
    if (answer === undefined || token.isCancellationRequested) {
      return undefined;
    }
    const { start, end, description } = answer;
    const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
    return new vscode.Hover(codeBlock(description.signature, description.documentation), range);
  }
}
