/** The status bar entry of the active notebook: kernel, engine, tensors, and how long work is getting on. Click for more about the engine. */
import * as vscode from "vscode";
import { commandIds, contextKeys } from "../contributions";
import type { KernelSession, KernelState } from "../kernel/kernelSession";
import type { KernelSessions } from "../kernel/kernelSessions";
import type { GraftController } from "../notebook/controller";
import { RunningWork } from "./runningWork";
import { bytesText, engineLines, statusText, tensorText } from "./statusText";

export class StatusBar implements vscode.Disposable {
  readonly #sessions: KernelSessions;
  readonly #controller: GraftController;
  readonly #item = vscode.window.createStatusBarItem("graft.status", vscode.StatusBarAlignment.Left, 10);
  readonly #works = new WeakMap<KernelSession, RunningWork>();
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
      sessions.onDidOpen((session) => this.#follow(session)),
    ];
    this.#update();
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #follow(session: KernelSession): void {
    const work = new RunningWork();
    this.#works.set(session, work);
    session.onDidProgress((update) => {
      work.take(update, Date.now());
      const { active, session: shown } = this.#active();
      if (active && shown === session) {
        this.#show(session);
      }
    });
    session.onDidChange(() => {
      if (session.kernelState !== "busy") {
        work.end();
      }
      this.#update();
    });
  }

  #active(): { readonly active: boolean; readonly session: KernelSession | undefined } {
    const notebook = vscode.window.activeNotebookEditor?.notebook;
    const active = notebook !== undefined && this.#controller.isSelected(notebook);
    return { active, session: active ? this.#sessions.find(notebook.uri) : undefined };
  }

  #update(): void {
    const { active, session } = this.#active();
    const state = session?.kernelState ?? "none";
    void vscode.commands.executeCommand("setContext", contextKeys.notebookActive, active);
    void vscode.commands.executeCommand("setContext", contextKeys.kernelRunning, state === "idle" || state === "busy");
    void vscode.commands.executeCommand("setContext", contextKeys.onServer, session?.server !== undefined);
    if (active) {
      this.#show(session);
    } else {
      this.#item.hide();
    }
  }

  #show(session: KernelSession | undefined): void {
    const state = session?.kernelState ?? "none";
    const { engine, tensors, featureCache } = session?.sessionState ?? {};
    const work = session === undefined ? undefined : this.#works.get(session)?.now;
    this.#item.text = statusText({ state, engine, tensors, server: session?.server, work });
    this.#item.backgroundColor = backgroundOf(state);
    const lines = [
      ...(engine === undefined ? [withoutEngine(state)] : engineLines(engine)),
      ...(tensors === undefined ? [] : [vscode.l10n.t("Tensors of cells that are alive: {0}", tensorText(tensors))]),
      ...(featureCache === undefined ? [] : [vscode.l10n.t("Feature cache: {0}", bytesText(featureCache.bytes))]),
      ...(session?.death === undefined ? [] : [session.death.sentence]),
      ...(session?.description === undefined ? [] : [vscode.l10n.t("Kernel: {0}", session.description)]),
    ];
    const links = [
      `[Restart kernel](command:${commandIds.restartKernel})`,
      `[Show log](command:${commandIds.showKernelLog})`,
      session?.server === undefined
        ? `[Connect to a server](command:${commandIds.connectToServer})`
        : `[Use local kernel](command:${commandIds.useLocalKernel})`,
    ];
    const tooltip = new vscode.MarkdownString(`${lines.join("\n\n")}\n\n${links.join(" · ")}`);
    const { restartKernel, showKernelLog, connectToServer, useLocalKernel } = commandIds;
    tooltip.isTrusted = { enabledCommands: [restartKernel, showKernelLog, connectToServer, useLocalKernel] };
    this.#item.tooltip = tooltip;
    this.#item.show();
  }
}

function backgroundOf(state: KernelState): vscode.ThemeColor | undefined {
  switch (state) {
    case "dead":
      return new vscode.ThemeColor("statusBarItem.errorBackground");
    case "disconnected":
      return new vscode.ThemeColor("statusBarItem.warningBackground");
    case "none":
    case "starting":
    case "idle":
    case "busy":
      return undefined;
  }
}

function withoutEngine(state: KernelState): string {
  return state === "none" || state === "dead"
    ? vscode.l10n.t("The kernel starts with the next cell.")
    : vscode.l10n.t("The kernel has not told its engine.");
}
