/**
 * Looks for type errors while the person types: shortly after an edit all cells of the notebook are asked about, and an
 * answer that comes after a further edit is dropped. Off with the setting `graft.typeErrors`.
 */
import * as vscode from "vscode";
import { configurationKeys } from "../contributions";
import type { KernelSessions } from "../kernel/kernelSessions";
import type { GraftController } from "../notebook/controller";
import type { TypeProblems } from "../notebook/typeProblems";
import { readSettings } from "../settings";
import { codeCells, notebookOf } from "./graftCells";
import type { LanguageClients } from "./languageClients";

/** Typing has paused. */
const pauseMs = 300;

export class TypingDiagnostics implements vscode.Disposable {
  readonly #clients: LanguageClients;
  readonly #controller: GraftController;
  readonly #problems: TypeProblems;
  readonly #timers = new Map<vscode.NotebookDocument, NodeJS.Timeout>();
  readonly #subscriptions: readonly vscode.Disposable[];

  constructor(
    clients: LanguageClients,
    { sessions, controller }: { readonly sessions: KernelSessions; readonly controller: GraftController },
  ) {
    this.#clients = clients;
    this.#controller = controller;
    this.#problems = controller.typeProblems;
    this.#subscriptions = [
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        const notebook = contentChanges.length > 0 ? notebookOf(document) : undefined;
        if (notebook !== undefined) {
          this.#soon(notebook);
        }
      }),
      vscode.workspace.onDidChangeNotebookDocument(({ notebook, contentChanges }) => {
        if (contentChanges.length > 0) {
          this.#soon(notebook);
        }
      }),
      vscode.workspace.onDidCloseNotebookDocument((notebook) => this.#forget(notebook)),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(configurationKeys.typeErrors)) {
          this.#everywhere();
        }
      }),
      controller.onDidChangeSelection(() => this.#everywhere()),
      sessions.onDidOpen((session) => {
        let hadKernel = false;
        // A kernel that was started for a run, or was found again, tells about the cells without an edit.
        session.onDidChange(() => {
          const hasKernel = session.kernelState === "idle" || session.kernelState === "busy";
          const notebook = vscode.workspace.notebookDocuments.find(
            ({ uri }) => uri.toString() === String(session.notebook),
          );
          if (hasKernel && !hadKernel && notebook !== undefined) {
            this.#soon(notebook);
          }
          hadKernel = hasKernel;
        });
      }),
    ];
  }

  dispose(): void {
    this.#timers.forEach((timer) => clearTimeout(timer));
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  /** Notebooks that have a kernel are looked at again; the others have no squiggles to lose or to get. */
  #everywhere(): void {
    for (const notebook of vscode.workspace.notebookDocuments) {
      if (!this.#isWanted(notebook)) {
        this.#forget(notebook);
      } else if (this.#clients.hasKernel(notebook)) {
        this.#soon(notebook);
      }
    }
  }

  #soon(notebook: vscode.NotebookDocument): void {
    clearTimeout(this.#timers.get(notebook));
    this.#timers.delete(notebook);
    if (this.#isWanted(notebook)) {
      this.#timers.set(
        notebook,
        setTimeout(() => void this.#look(notebook), pauseMs),
      );
    }
  }

  async #look(notebook: vscode.NotebookDocument): Promise<void> {
    this.#timers.delete(notebook);
    const cells = codeCells(notebook);
    const asked = cells.map(({ document }) => ({ document, version: document.version }));
    const answer = await this.#clients.ask(notebook, { kind: "diagnose", cells: cells.map(textOf) });
    const isStale = asked.some(({ document, version }) => document.version !== version) || this.#timers.has(notebook);
    if (answer !== undefined && !isStale && this.#isWanted(notebook)) {
      this.#problems.showTyped(cells, answer.problems);
    }
  }

  #isWanted(notebook: vscode.NotebookDocument): boolean {
    return this.#controller.isSelected(notebook) && readSettings(notebook.uri).typeErrors !== "off";
  }

  #forget(notebook: vscode.NotebookDocument): void {
    clearTimeout(this.#timers.get(notebook));
    this.#timers.delete(notebook);
    this.#problems.clear(notebook);
  }
}

function textOf({ document }: vscode.NotebookCell): string {
  return document.getText();
}
