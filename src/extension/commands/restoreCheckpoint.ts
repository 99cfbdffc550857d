/** "Graft: Restore Checkpoint…": takes up a model that was saved while it trained, or a `.graft` file, with a cell that says so. */
import * as vscode from "vscode";
import type { CheckpointDescription } from "../../shared/sessionState";
import type { KernelSessions } from "../kernel/kernelSessions";
import { timeText } from "../notebook/describeFailure";
import { insertAndRun } from "./insertAndRun";
import { converse, folderOf } from "./converse";
import { askFile, type Dialogue, pick } from "./dialogue";
import { activeNotebook } from "./kernelCommands";
import { freeName } from "./plans/modelChoices";
import { loadModelCell } from "./plans/modelCells";
import { restoreCell } from "./restoreCell";

export async function restoreCheckpoint(sessions: KernelSessions): Promise<void> {
  const notebook = await activeNotebook();
  if (notebook === undefined) {
    return;
  }
  const session = sessions.of(notebook.uri);
  const checkpoints = await session.checkpoints();
  const dialogue = chooseCheckpoint(checkpoints, session.sessionState?.models ?? []);
  const cell = await converse(dialogue, { folder: folderOf(notebook), remote: session.server !== undefined });
  if (cell !== undefined) {
    await insertAndRun(await vscode.window.showNotebookDocument(notebook), cell);
  }
}

/** Ends with the text of the cell. */
function* chooseCheckpoint(
  checkpoints: readonly CheckpointDescription[],
  models: readonly { readonly name: string }[],
): Dialogue<string> {
  const chosen = yield* pick<CheckpointDescription | "file">({
    title: vscode.l10n.t("Restore which checkpoint?"),
    placeholder: vscode.l10n.t("A cell that restores it is inserted and run"),
    choices: [
      ...checkpoints.map((checkpoint) => ({
        label: checkpoint.variable ?? vscode.l10n.t("A model without a variable"),
        description: checkpoint.backbone,
        detail: vscode.l10n.t("{0}, saved {1}", checkpoint.reached, timeText(checkpoint.savedAt)),
        value: checkpoint,
      })),
      {
        label: vscode.l10n.t("A .graft file…"),
        description: vscode.l10n.t("that Save Checkpoint has written"),
        ...(checkpoints.length > 0
          ? {}
          : {
              detail: vscode.l10n.t(
                "This notebook has no checkpoint of its own. One is saved after each epoch while a model trains.",
              ),
            }),
        value: "file",
      },
    ],
  });
  if (chosen !== "file") {
    return restoreCell(chosen, checkpoints);
  }
  const path = yield* askFile("openFile", {
    title: vscode.l10n.t("Load a model from a .graft file"),
    button: vscode.l10n.t("Load"),
    extensions: ["graft"],
  });
  return loadModelCell(path, freeName("model", models));
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
