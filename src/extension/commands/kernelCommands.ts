/** Commands about the kernel of the active notebook: restart, interrupt, its log, its engine. */
import * as vscode from "vscode";
import { isJupyterNotebook, type KernelSessions } from "../kernel/kernelSessions";
import type { GraftController } from "../notebook/controller";
import { log, offer, openTutorialStep } from "../reportError";
import { engineLines } from "../status/statusText";

export async function restartKernel(controller: GraftController): Promise<void> {
  const notebook = await activeNotebook();
  if (notebook !== undefined) {
    const title = vscode.l10n.t("Restarting the Graft kernel…");
    await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
      controller.restart(notebook),
    );
  }
}

export async function restartAndRunAll(controller: GraftController): Promise<void> {
  const notebook = await activeNotebook();
  if (notebook !== undefined) {
    await restartKernel(controller);
    await vscode.commands.executeCommand("notebook.execute", notebook.uri);
  }
}

export async function interruptKernel(controller: GraftController): Promise<void> {
  const notebook = await activeNotebook();
  if (notebook !== undefined) {
    await controller.interrupt(notebook);
  }
}

export async function showKernelLog(sessions: KernelSessions): Promise<void> {
  const notebook = vscode.window.activeNotebookEditor?.notebook;
  const session = notebook === undefined ? undefined : sessions.find(notebook.uri);
  if (session?.server !== undefined) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t("The log of this kernel is kept by the Jupyter Server on {0}.", session.server),
    );
    return;
  }
  const file = session?.logFile;
  if (file === undefined) {
    log().show(); // No kernel yet: what the extension itself has to say.
    return;
  }
  await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: true });
}

export async function showEngine(sessions: KernelSessions): Promise<void> {
  const notebook = await activeNotebook();
  const engine = notebook === undefined ? undefined : sessions.find(notebook.uri)?.sessionState?.engine;
  if (notebook !== undefined && engine === undefined) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t("The engine is chosen when the kernel starts, with the first cell."),
    );
  } else if (engine !== undefined) {
    const plain = engineLines(engine).join(" · ").replaceAll(/[*`]/g, "");
    void vscode.window.showInformationMessage(plain);
  }
}

/** The active notebook; without one, says so and offers the tutorial. */
export async function activeNotebook(): Promise<vscode.NotebookDocument | undefined> {
  const notebook = vscode.window.activeNotebookEditor?.notebook;
  if (notebook !== undefined && isJupyterNotebook(notebook)) {
    return notebook;
  }
  await offer(vscode.l10n.t("Open a notebook first."), openTutorialStep());
  return undefined;
}
