/** Opens a copy of tutorial 01, so that the shipped one stays as it is. */
import * as vscode from "vscode";
import { NOTEBOOK_TYPE } from "../contributions";

const tutorial = "01-first-transfer.ipynb";

export async function openTutorial(context: vscode.ExtensionContext): Promise<void> {
  const source = vscode.Uri.joinPath(context.extensionUri, "notebooks", tutorial);
  const folder = tutorialFolder(context);
  const copy = vscode.Uri.joinPath(folder, tutorial);
  // A person's own work in the copy is never overwritten.
  if (!(await exists(copy))) {
    await vscode.workspace.fs.createDirectory(folder);
    await vscode.workspace.fs.copy(source, copy);
  }
  await vscode.commands.executeCommand("vscode.openWith", copy, NOTEBOOK_TYPE);
}

/** In the workspace, where it can be found again; without one, or in Graft's own sources, in the extension's storage. */
function tutorialFolder(context: vscode.ExtensionContext): vscode.Uri {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri;
  const ownSources = workspace !== undefined && context.extensionUri.path.startsWith(workspace.path);
  return vscode.Uri.joinPath(
    workspace === undefined || ownSources ? context.globalStorageUri : workspace,
    "graft-tutorials",
  );
}

async function exists(file: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(file);
    return true;
  } catch {
    return false; // `stat` throws for a file that is not there.
  }
}
