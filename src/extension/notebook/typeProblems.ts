/**
 * Type errors that the kernel found, as squiggles in the cells: those of the notebook as it stands, and those of a cell as it
 * ran among the cells that had run. An error that both know is shown once. What a run told is gone with the next edit.
 */
import * as vscode from "vscode";
import type { TypeProblem } from "../../shared/typeProblem";
import { CELL_LANGUAGES } from "../contributions";
import type { CheckedTypes } from "../kernel/kernelSession";
import type { StartedCell } from "./cellRunner";

/** TypeScript's numbers below this one are about syntax. */
const firstTypeError = 2000;

export class TypeProblems implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection("graft");
  readonly #running = new Map<string, vscode.NotebookCell>();
  readonly #typed = new WeakMap<vscode.TextDocument, readonly TypeProblem[]>();
  readonly #ran = new WeakMap<vscode.TextDocument, readonly TypeProblem[]>();
  readonly #subscriptions: readonly vscode.Disposable[] = [
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0) {
        this.#forgetRuns(document);
      }
    }),
    vscode.workspace.onDidChangeNotebookDocument(({ contentChanges }) => {
      for (const { document } of contentChanges.flatMap(({ removedCells }) => removedCells)) {
        this.#collection.delete(document.uri);
      }
    }),
  ];

  /** From now on a check of this execution belongs to this cell. */
  expect({ cell, executionId }: StartedCell): void {
    this.#ran.delete(cell.document);
    this.#show(cell.document);
    this.#running.set(executionId, cell);
  }

  show({ executionId, problems }: CheckedTypes): void {
    const cell = this.#running.get(executionId);
    this.#running.delete(executionId);
    if (cell !== undefined) {
      this.#ran.set(cell.document, problems);
      this.#show(cell.document);
    }
  }

  /** `problems` of each of these cells, which are as they were when they were looked at. */
  showTyped(cells: readonly vscode.NotebookCell[], problems: readonly (readonly TypeProblem[])[]): void {
    for (const [index, { document }] of cells.entries()) {
      this.#typed.set(document, problems[index] ?? []);
      this.#show(document);
    }
  }

  /** Takes all squiggles out of the notebook. */
  clear(notebook: vscode.NotebookDocument): void {
    for (const { document } of notebook.getCells()) {
      this.#typed.delete(document);
      this.#ran.delete(document);
      this.#collection.delete(document.uri);
    }
  }

  dispose(): void {
    vscode.Disposable.from(this.#collection, ...this.#subscriptions).dispose();
  }

  /** An edit may have mended what went wrong in another cell, or moved what is wrong in this one. */
  #forgetRuns(edited: vscode.TextDocument): void {
    const notebook = vscode.workspace.notebookDocuments.find((each) =>
      each.getCells().some(({ document }) => document === edited),
    );
    for (const { document } of notebook?.getCells() ?? []) {
      if (this.#ran.delete(document)) {
        this.#show(document);
      }
    }
  }

  #show(document: vscode.TextDocument): void {
    const found = [...(this.#typed.get(document) ?? []), ...(this.#ran.get(document) ?? [])].filter(
      // JavaScript is not asked to have types, as in VS Code's own editors.
      ({ code }) => document.languageId === CELL_LANGUAGES[0] || code < firstTypeError,
    );
    const once = new Map(found.map((problem) => [`${problem.line}:${problem.column}:${problem.code}`, problem]));
    this.#collection.set(document.uri, [...once.values()].map(diagnosticOf));
  }
}

function diagnosticOf({ message, code, line, column, endLine, endColumn }: TypeProblem): vscode.Diagnostic {
  const range = new vscode.Range(line - 1, column - 1, endLine - 1, endColumn - 1);
  const diagnostic = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Error);
  diagnostic.source = "graft";
  diagnostic.code = code;
  return diagnostic;
}
