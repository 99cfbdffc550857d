/**
 * The cells of notebooks whose kernel is Graft, as the language service sees them: those with code, in the notebook's order.
 * Cells of other kernels' notebooks, other languages and untrusted folders do not count.
 */
import * as vscode from "vscode";
import { CELL_LANGUAGES, NOTEBOOK_TYPE } from "../contributions";

export const cellSelector: vscode.DocumentSelector = CELL_LANGUAGES.map((language) => ({
  language,
  notebookType: NOTEBOOK_TYPE,
}));

export function codeCells(notebook: vscode.NotebookDocument): readonly vscode.NotebookCell[] {
  return notebook.getCells().filter(({ kind, document }) => {
    const isOurs = (CELL_LANGUAGES as readonly string[]).includes(document.languageId);
    return kind === vscode.NotebookCellKind.Code && isOurs;
  });
}

/** The notebook that holds this document as a cell. */
export function notebookOf(document: vscode.TextDocument): vscode.NotebookDocument | undefined {
  return vscode.workspace.notebookDocuments.find((notebook) =>
    notebook.getCells().some((cell) => cell.document === document),
  );
}

/** The texts of all code cells up to and with this document. */
export function textsUpTo(notebook: vscode.NotebookDocument, document: vscode.TextDocument): readonly string[] {
  const cells = codeCells(notebook);
  const last = cells.findIndex((cell) => cell.document === document);
  return cells.slice(0, last + 1).map((cell) => cell.document.getText());
}
