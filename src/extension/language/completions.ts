/** Completion in cells. Documentation is asked for when a candidate is looked at. */
import * as vscode from "vscode";
import type { CompletionTrigger, LanguageQuestion } from "../../shared/languageMessages";
import { completionTriggers } from "../../shared/languageMessages";
import { notebookOf, textsUpTo } from "./graftCells";
import type { LanguageClients } from "./languageClients";
import { codeBlock, documentationText } from "./markdown";

/** A candidate that remembers where it was offered. */
class CellCompletion extends vscode.CompletionItem {
  readonly notebook: vscode.NotebookDocument;
  readonly question: Extract<LanguageQuestion, { readonly kind: "describe" }>;

  constructor(
    name: string,
    kind: vscode.CompletionItemKind,
    notebook: vscode.NotebookDocument,
    place: { readonly cells: readonly string[]; readonly offset: number },
  ) {
    super(name, kind);
    this.notebook = notebook;
    this.question = { kind: "describe", name, ...place };
  }
}

export class Completions implements vscode.CompletionItemProvider {
  static readonly triggers = completionTriggers;
  readonly #clients: LanguageClients;

  constructor(clients: LanguageClients) {
    this.#clients = clients;
  }

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
    context: vscode.CompletionContext,
  ): Promise<vscode.CompletionItem[] | undefined> {
    const notebook = notebookOf(document);
    if (notebook === undefined) {
      return undefined;
    }
    const place = { cells: textsUpTo(notebook, document), offset: document.offsetAt(position) };
    const trigger = completionTriggers.find((each) => each === context.triggerCharacter);
    const answer = await this.#clients.ask(notebook, { kind: "complete", ...place, ...asked(trigger) });
    if (answer === undefined || token.isCancellationRequested) {
      return undefined;
    }
    const replacing = new vscode.Range(document.positionAt(answer.start), document.positionAt(answer.end));
    const inserting = new vscode.Range(replacing.start, position);
    return answer.candidates.map(({ name, kind }, index) => {
      const item = new CellCompletion(name, itemKind(kind), notebook, place);
      item.range = { inserting, replacing };
      // The service has sorted them; VS Code compares texts.
      item.sortText = String(index).padStart(6, "0");
      return item;
    });
  }

  async resolveCompletionItem(item: vscode.CompletionItem): Promise<vscode.CompletionItem> {
    const answer = item instanceof CellCompletion ? await this.#clients.ask(item.notebook, item.question) : undefined;
    if (answer !== undefined) {
      const { signature, documentation } = answer.description;
      const isLong = signature.includes("\n");
      item.detail = isLong ? "" : signature;
      item.documentation = isLong ? codeBlock(signature, documentation) : documentationText(documentation);
    }
    return item;
  }
}

function asked(trigger: CompletionTrigger | undefined): { readonly trigger?: CompletionTrigger } {
  return trigger === undefined ? {} : { trigger };
}

/** From TypeScript's `ScriptElementKind`. */
function itemKind(kind: string): vscode.CompletionItemKind {
  return kinds.get(kind) ?? vscode.CompletionItemKind.Text;
}

const { CompletionItemKind } = vscode;
const kinds: ReadonlyMap<string, vscode.CompletionItemKind> = new Map([
  ["alias", CompletionItemKind.Module],
  ["call", CompletionItemKind.Method],
  ["class", CompletionItemKind.Class],
  ["const", CompletionItemKind.Constant],
  ["constructor", CompletionItemKind.Constructor],
  ["directory", CompletionItemKind.Folder],
  ["enum", CompletionItemKind.Enum],
  ["enum member", CompletionItemKind.EnumMember],
  ["external module name", CompletionItemKind.Module],
  ["function", CompletionItemKind.Function],
  ["getter", CompletionItemKind.Property],
  ["interface", CompletionItemKind.Interface],
  ["keyword", CompletionItemKind.Keyword],
  ["let", CompletionItemKind.Variable],
  ["local class", CompletionItemKind.Class],
  ["local function", CompletionItemKind.Function],
  ["local var", CompletionItemKind.Variable],
  ["method", CompletionItemKind.Method],
  ["module", CompletionItemKind.Module],
  ["parameter", CompletionItemKind.Variable],
  ["primitive type", CompletionItemKind.Keyword],
  ["property", CompletionItemKind.Field],
  ["script", CompletionItemKind.File],
  ["setter", CompletionItemKind.Property],
  ["string", CompletionItemKind.Constant],
  ["type", CompletionItemKind.Class],
  ["type parameter", CompletionItemKind.TypeParameter],
  ["var", CompletionItemKind.Variable],
]);
