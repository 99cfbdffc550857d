import * as vscode from "vscode";
import { oldestNode, type NodeRuntime } from "../../protocol/findNode";
import { commandIds } from "../contributions";
import { offer, reportError } from "../reportError";

const TOLD = "graft.toldOfElectron";

/** Once for each person: VS Code's own Node runs everything but one thing. */
export function tellOnceOfElectron(context: vscode.ExtensionContext, node: NodeRuntime): void {
  if (!node.electron || context.globalState.get(TOLD) === true) {
    return;
  }
  void context.globalState.update(TOLD, true);
  const message = vscode.l10n.t(
    "No Node {0} or newer was found, so VS Code's own runs the kernel. Everything works; only the native engine for tensors in cells cannot load in it.",
    oldestNode,
  );
  const selectNode = {
    title: vscode.l10n.t("Select Node…"),
    run: () => vscode.commands.executeCommand(commandIds.selectNode),
  };
  offer(message, selectNode).catch(reportError);
}
