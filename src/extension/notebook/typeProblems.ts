/** Type errors that the kernel found, as squiggles in the cells; gone as soon as the cell is edited or runs again. */
import * as vscode from "vscode";
import type { CheckedTypes } from "../kernel/kernelSession";
import type { StartedCell } from "./cellRunner";

export class TypeProblems implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection("graft");
  readonly #running = new Map<string, vscode.NotebookCell>();
  readonly #subscription = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
    if (contentChanges.length > 0) {
      this.#collection.delete(document.uri);
    }
  });

  /** From now on a check of this execution belongs to this cell. */
  expect({ cell, executionId }: StartedCell): void {
    this.#collection.delete(cell.document.uri);
    this.#running.set(executionId, cell);
  }

  show({ executionId, problems }: CheckedTypes): void {
    const cell = this.#running.get(executionId);
    this.#running.delete(executionId);
    if (cell === undefined) {
      return;
    }
    this.#collection.set(
      cell.document.uri,
      problems.map(({ message, code, line, column, endLine, endColumn }) => {
        const range = new vscode.Range(line - 1, column - 1, endLine - 1, endColumn - 1);
        const diagnostic = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Error);
        diagnostic.source = "graft";
        diagnostic.code = code;
        return diagnostic;
      }),
    );
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#collection.dispose();
  }
}
