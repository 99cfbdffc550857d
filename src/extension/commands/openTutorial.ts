/** Opens a copy of a tutorial, so that the shipped one stays as it is. */
import * as vscode from "vscode";
import { NOTEBOOK_TYPE } from "../contributions";
import { converse } from "./converse";
import { chooseTutorial, type Tutorial } from "./dialogues/openTutorial";

/** The shipped table of `notebooks/`. */
const table = "tutorials.json";

/** `wanted`: the file's name, as a link gives it; otherwise the person chooses. */
export async function openTutorial(context: vscode.ExtensionContext, wanted?: unknown): Promise<void> {
  const shipped = vscode.Uri.joinPath(context.extensionUri, "notebooks");
  const tutorials = await readTable(vscode.Uri.joinPath(shipped, table));
  const linked = tutorials.find(({ file }) => file === wanted);
  const chosen = linked ?? (await converse(chooseTutorial(tutorials), { folder: undefined, remote: false }));
  if (chosen === undefined) {
    return;
  }
  const source = vscode.Uri.joinPath(shipped, chosen.file);
  const folder = tutorialFolder(context);
  const copy = vscode.Uri.joinPath(folder, chosen.file);
  // A person's own work in the copy is never overwritten.
  if (!(await exists(copy))) {
    await vscode.workspace.fs.createDirectory(folder);
    await vscode.workspace.fs.copy(source, copy);
  }
  await vscode.commands.executeCommand("vscode.openWith", copy, NOTEBOOK_TYPE);
}

async function readTable(file: vscode.Uri): Promise<readonly Tutorial[]> {
  return JSON.parse(new TextDecoder().decode(await vscode.workspace.fs.readFile(file))) as readonly Tutorial[];
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
