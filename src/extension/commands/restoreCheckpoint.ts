/** "Graft: Restore Checkpoint…": takes up a model that was saved while it trained, with a cell that says so. */
import * as vscode from "vscode";
import type { CheckpointDescription } from "../../shared/sessionState";
import type { KernelSessions } from "../kernel/kernelSessions";
import { timeText } from "../notebook/describeFailure";
import { insertAndRun } from "./insertAndRun";
import { activeNotebook } from "./kernelCommands";
import { restoreCell } from "./restoreCell";

export async function restoreCheckpoint(sessions: KernelSessions): Promise<void> {
  const notebook = await activeNotebook();
  if (notebook === undefined) {
    return;
  }
  const checkpoints = await sessions.of(notebook.uri).checkpoints();
  if (checkpoints.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t("This notebook has no checkpoint. One is saved after each epoch while a model trains."),
    );
    return;
  }
  const items = checkpoints.map((checkpoint) => ({
    label: checkpoint.variable ?? vscode.l10n.t("A model without a variable"),
    description: checkpoint.backbone,
    detail: vscode.l10n.t("{0}, saved {1}", checkpoint.reached, timeText(checkpoint.savedAt)),
    checkpoint,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t("Restore which checkpoint?"),
    placeHolder: vscode.l10n.t("A cell that restores it is inserted and run"),
    matchOnDetail: true,
  });
  if (picked !== undefined) {
    await insertRestore(await vscode.window.showNotebookDocument(notebook), picked.checkpoint, checkpoints);
  }
}

/** Inserts the cell that restores this checkpoint, below the active one or as number `index`, and runs it. */
export async function insertRestore(
  editor: vscode.NotebookEditor,
  checkpoint: CheckpointDescription,
  all: readonly CheckpointDescription[],
  index?: number,
): Promise<void> {
  await insertAndRun(editor, restoreCell(checkpoint, all), index);
}
