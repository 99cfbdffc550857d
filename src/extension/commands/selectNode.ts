/** "Graft: Select Node…": which Node runs the kernels, from those that this machine has. */
import * as vscode from "vscode";
import { findNode, isNewEnough, listNodes, oldestNode, tooOld, type NodeRuntime } from "../../protocol/findNode";
import { configurationKeys } from "../contributions";
import type { KernelSessions } from "../kernel/kernelSessions";
import type { GraftController } from "../notebook/controller";
import { readSettings } from "../settings";

type Item = vscode.QuickPickItem & ({ readonly node: NodeRuntime } | { readonly path: "" | "browse" });

export async function selectNode(sessions: KernelSessions, controller: GraftController): Promise<void> {
  const chosen = await vscode.window.showQuickPick(choices(), {
    title: vscode.l10n.t("Which Node runs the kernel?"),
    placeHolder: vscode.l10n.t("Graft needs Node {0} or newer", oldestNode),
    matchOnDescription: true,
  });
  const path = chosen === undefined ? undefined : await pathOf(chosen);
  if (path === undefined) {
    return;
  }
  await vscode.workspace
    .getConfiguration()
    .update(configurationKeys.nodePath, path === "" ? undefined : path, vscode.ConfigurationTarget.Global);
  await offerToRestart(sessions, controller);
}

async function choices(): Promise<Item[]> {
  const notebook = vscode.window.activeNotebookEditor?.notebook.uri;
  const inUse = notebook === undefined ? undefined : readSettings(notebook).nodePath;
  const [nodes, automatic] = await Promise.all([listNodes(), findNode().catch(() => undefined)]);
  const mark = (used: boolean): string => (used ? ` $(check)` : "");
  return [
    {
      label: vscode.l10n.t("Automatic") + mark(inUse === undefined),
      description:
        automatic === undefined
          ? vscode.l10n.t("none found")
          : vscode.l10n.t("Node {0}, {1}", automatic.version, automatic.command),
      path: "",
    },
    ...nodes.map((node) => ({
      label: `Node ${node.version}${mark(node.command === inUse)}`,
      description: node.command,
      ...detailOf(node),
      node,
    })),
    { label: vscode.l10n.t("$(folder-opened) Browse…"), path: "browse" },
  ];
}

function detailOf(node: NodeRuntime): { detail?: string } {
  if (!isNewEnough(node.version)) {
    return { detail: vscode.l10n.t("$(warning) too old") };
  }
  return node.electron ? { detail: vscode.l10n.t("VS Code's own; tfjs-node cannot load in it") } : {};
}

/** Undefined when the person has thought better of it. Throws `kernel/no-node` for one that is too old or no Node. */
async function pathOf(item: Item): Promise<string | undefined> {
  if ("node" in item) {
    if (!isNewEnough(item.node.version)) {
      throw tooOld(item.node);
    }
    return item.node.command;
  }
  if (item.path === "") {
    return "";
  }
  const [file] = (await vscode.window.showOpenDialog({ title: vscode.l10n.t("Select Node") })) ?? [];
  return file === undefined ? undefined : (await findNode(file.fsPath)).command;
}

async function offerToRestart(sessions: KernelSessions, controller: GraftController): Promise<void> {
  const notebook = vscode.window.activeNotebookEditor?.notebook;
  const session = notebook === undefined ? undefined : sessions.find(notebook.uri);
  if (notebook === undefined || session?.client === undefined || session.server !== undefined) {
    return;
  }
  const restart = vscode.l10n.t("Restart Kernel");
  const message = vscode.l10n.t(
    "The Node is used when the kernel starts. This notebook's kernel runs still with the one before.",
  );
  if ((await vscode.window.showInformationMessage(message, restart)) === restart) {
    await controller.restart(notebook);
  }
}
