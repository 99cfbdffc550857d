/** Parameter hints in cells. */
import * as vscode from "vscode";
import type { SignatureDescription } from "../../shared/languageMessages";
import { notebookOf, textsUpTo } from "./graftCells";
import type { LanguageClients } from "./languageClients";
import { documentationText } from "./markdown";

export class Signatures implements vscode.SignatureHelpProvider {
  static readonly triggers = ["(", ",", "<"] as const;
  readonly #clients: LanguageClients;

  constructor(clients: LanguageClients) {
    this.#clients = clients;
  }

  async provideSignatureHelp(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.SignatureHelp | undefined> {
    const notebook = notebookOf(document);
    if (notebook === undefined) {
      return undefined;
    }
    const cells = textsUpTo(notebook, document);
    const answer = await this.#clients.ask(notebook, { kind: "signature", cells, offset: document.offsetAt(position) });
    if (answer === undefined || token.isCancellationRequested) {
      return undefined;
    }
    const help = new vscode.SignatureHelp();
    help.signatures = answer.signatures.map(signatureInformation);
    help.activeSignature = answer.activeSignature;
    help.activeParameter = answer.activeParameter;
    return help;
  }
}

function signatureInformation({ label, documentation, parameters }: SignatureDescription): vscode.SignatureInformation {
  const information = new vscode.SignatureInformation(label, documentationText(documentation));
  let end = 0;
  information.parameters = parameters.map((parameter) => {
    // Found one behind the other: "n" is also a part of "count".
    const start = label.indexOf(parameter.label, end);
    end = start + parameter.label.length;
    return new vscode.ParameterInformation([start, end], documentationText(parameter.documentation));
  });
  return information;
}
