/** A new notebook with the skeleton of a transfer: data that the person picks, backbone and head, training, evaluation. */
import * as vscode from "vscode";
import { NOTEBOOK_TYPE } from "../contributions";
import { newNotebookMetadata } from "../notebook/kernelspec";
import { converse } from "./converse";
import { chooseData } from "./dialogues/newNotebook";
import { notebookCells } from "./plans/dataCells";

export async function newNotebook(): Promise<void> {
  // It is not saved yet, so paths in it are absolute.
  const chosen = await converse(chooseData(), { folder: undefined, remote: false });
  if (chosen === undefined) {
    return;
  }
  const data = new vscode.NotebookData([
    new vscode.NotebookCellData(
      vscode.NotebookCellKind.Markup,
      `# ${vscode.l10n.t("Transfer learning")}\n\n${vscode.l10n.t(
        "Run the cells, then try **Graft: Fine-tune Last N Layers** from the command palette.",
      )}`,
      "markdown",
    ),
    ...notebookCells(chosen).map(
      (code) => new vscode.NotebookCellData(vscode.NotebookCellKind.Code, code, "typescript"),
    ),
  ]);
  data.metadata = newNotebookMetadata;
  const notebook = await vscode.workspace.openNotebookDocument(NOTEBOOK_TYPE, data);
  await vscode.window.showNotebookDocument(notebook);
}
