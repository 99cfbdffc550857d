/** The status bar entry of the active notebook: kernel state and engine. Click for more about the engine. */
import * as vscode from "vscode";
import { commandIds, contextKeys } from "../contributions";
import type { KernelSessions } from "../kernel/kernelSessions";
import type { GraftController } from "../notebook/controller";
import { engineLines, statusText } from "./statusText";

export class StatusBar implements vscode.Disposable {
  readonly #sessions: KernelSessions;
  readonly #controller: GraftController;
  readonly #item = vscode.window.createStatusBarItem("graft.status", vscode.StatusBarAlignment.Left, 10);
  readonly #subscriptions: readonly { dispose: () => void }[];

  constructor(sessions: KernelSessions, controller: GraftController) {
    this.#sessions = sessions;
    this.#controller = controller;
    this.#item.name = "Graft";
    this.#item.command = commandIds.showEngine;
    this.#subscriptions = [
      this.#item,
      vscode.window.onDidChangeActiveNotebookEditor(() => this.#update()),
      controller.onDidChangeSelection(() => this.#update()),
      sessions.onDidOpen((session) => session.onDidChange(() => this.#update())),
    ];
    this.#update();
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #update(): void {
    const notebook = vscode.window.activeNotebookEditor?.notebook;
    const active = notebook !== undefined && this.#controller.isSelected(notebook);
    const session = active ? this.#sessions.find(notebook.uri) : undefined;
    const state = session?.kernelState ?? "none";
    void vscode.commands.executeCommand("setContext", contextKeys.notebookActive, active);
    void vscode.commands.executeCommand("setContext", contextKeys.kernelRunning, state === "idle" || state === "busy");
    if (!active) {
      this.#item.hide();
      return;
    }
    const engine = session?.sessionState?.engine;
    this.#item.text = statusText(state, engine);
    this.#item.backgroundColor = state === "dead" ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
    const lines = [
      ...(engine === undefined ? [vscode.l10n.t("The kernel starts with the first cell.")] : engineLines(engine)),
      ...(session?.death === undefined ? [] : [session.death]),
      ...(session?.address === undefined
        ? []
        : [vscode.l10n.t("Kernel: process {0}, Node {1}", session.address.pid, session.address.node)]),
    ];
    const tooltip = new vscode.MarkdownString(
      `${lines.join("\n\n")}\n\n[Restart kernel](command:${commandIds.restartKernel}) · [Show log](command:${commandIds.showKernelLog})`,
    );
    tooltip.isTrusted = { enabledCommands: [commandIds.restartKernel, commandIds.showKernelLog] };
    this.#item.tooltip = tooltip;
    this.#item.show();
  }
}
