import * as vscode from "vscode";

/** Inserts a TypeScript cell below the active one, or as number `index`, brings it into view and runs it. Resolves when it has run. */
export async function insertAndRun(editor: vscode.NotebookEditor, code: string, index?: number): Promise<void> {
  const { notebook } = editor;
  const at = Math.min(index ?? editor.selection.end, notebook.cellCount);
  const cell = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, code, "typescript");
  const edit = new vscode.WorkspaceEdit();
  edit.set(notebook.uri, [vscode.NotebookEdit.insertCells(at, [cell])]);
  await vscode.workspace.applyEdit(edit);
  const range = new vscode.NotebookRange(at, at + 1);
  editor.selection = range;
  editor.revealRange(range, vscode.NotebookEditorRevealType.InCenterIfOutsideViewport);
  // A plain object: the command does not understand `NotebookRange`.
  const ranges = [{ start: at, end: at + 1 }];
  await vscode.commands.executeCommand("notebook.cell.execute", { ranges, document: notebook.uri });
}
