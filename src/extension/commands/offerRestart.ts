/** What a person can do when the kernel has ended or does not stop, as buttons of a message. */
import * as vscode from "vscode";
import { commandIds } from "../contributions";
import type { KernelSession } from "../kernel/kernelSession";
import { checkpointText } from "../notebook/describeFailure";
import { insertRestore } from "./restoreCheckpoint";

/**
 * Shows the message with `Restart and Restore` when there is a checkpoint, `Restart Kernel` and `Show Kernel Log`.
 * `running`: the cell that ran; what is restored goes above it, so that it can be run again.
 */
export async function offerRestart(
  notebook: vscode.NotebookDocument,
  session: KernelSession,
  message: string,
  running?: vscode.NotebookCell,
): Promise<void> {
  const checkpoints = await session.checkpoints();
  const [newest] = checkpoints;
  const restartAndRestore = vscode.l10n.t("Restart and Restore");
  const restart = vscode.l10n.t("Restart Kernel");
  const showLog = vscode.l10n.t("Show Kernel Log");
  const choice = await vscode.window.showErrorMessage(
    newest === undefined ? message : vscode.l10n.t("{0} Checkpoint: {1}.", message, checkpointText(newest)),
    ...(newest === undefined ? [] : [restartAndRestore]),
    restart,
    ...(session.server === undefined ? [showLog] : []),
  );
  if (choice === restart || choice === restartAndRestore) {
    await session.restart();
  }
  if (choice === restartAndRestore && newest !== undefined) {
    const above = running !== undefined && running.index >= 0 ? running.index : undefined;
    await insertRestore(await vscode.window.showNotebookDocument(notebook), newest, checkpoints, above);
  } else if (choice === showLog) {
    await vscode.commands.executeCommand(commandIds.showKernelLog);
  }
}
