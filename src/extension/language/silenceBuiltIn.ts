/** Tells the plugin in VS Code's TypeScript server (`quietCells.ts`) which notebooks are Graft's. */
import * as vscode from "vscode";
import { TYPESCRIPT_PLUGIN } from "../contributions";
import type { GraftController } from "../notebook/controller";
import { log } from "../reportError";
import type { QuietCellsConfiguration } from "./quietCells";

interface TypeScriptExtension {
  getAPI(version: 0): { configurePlugin(plugin: string, configuration: QuietCellsConfiguration): void } | undefined;
}

export function silenceBuiltIn(controller: GraftController): vscode.Disposable {
  const tell = (): void => {
    tellPlugin(controller).catch((error: unknown) => {
      log().warn(`VS Code's own TypeScript answers beside Graft in cells: ${String(error)}`);
    });
  };
  tell();
  return controller.onDidChangeSelection(tell);
}

async function tellPlugin(controller: GraftController): Promise<void> {
  const notebooks = vscode.workspace.notebookDocuments
    .filter((notebook) => controller.isSelected(notebook))
    .map(({ uri }) => uri.path);
  const extension = vscode.extensions.getExtension<TypeScriptExtension>("vscode.typescript-language-features");
  if (extension !== undefined && (extension.isActive || notebooks.length > 0)) {
    const api = (await extension.activate()).getAPI(0);
    api?.configurePlugin(TYPESCRIPT_PLUGIN, { notebooks });
  }
}
