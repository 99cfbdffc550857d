/** Completion, hover, parameter hints and type errors in the cells of Graft's notebooks, all from the kernel. */
import * as vscode from "vscode";
import type { KernelSessions } from "../kernel/kernelSessions";
import type { GraftController } from "../notebook/controller";
import { Completions } from "./completions";
import { cellSelector } from "./graftCells";
import { Hovers } from "./hovers";
import { LanguageClients } from "./languageClients";
import { silenceBuiltIn } from "./silenceBuiltIn";
import { Signatures } from "./signatures";
import { TypingDiagnostics } from "./typingDiagnostics";

export function registerLanguage(sessions: KernelSessions, controller: GraftController): vscode.Disposable {
  const clients = new LanguageClients(sessions, controller);
  const { languages } = vscode;
  return vscode.Disposable.from(
    clients,
    silenceBuiltIn(controller),
    new TypingDiagnostics(clients, { sessions, controller }),
    languages.registerCompletionItemProvider(cellSelector, new Completions(clients), ...Completions.triggers),
    languages.registerHoverProvider(cellSelector, new Hovers(clients)),
    languages.registerSignatureHelpProvider(cellSelector, new Signatures(clients), ...Signatures.triggers),
  );
}
