/** The edge where a failing command becomes a message to the person and a line in the log. */
import * as vscode from "vscode";
import { GraftError } from "../shared/graftError";
import { commandIds, FIRST_TUTORIAL } from "./contributions";

let channel: vscode.LogOutputChannel | undefined;

export function log(): vscode.LogOutputChannel {
  channel ??= vscode.window.createOutputChannel("Graft", { log: true });
  return channel;
}

/** Shows what happened and, where a button can help, offers it. Never throws. */
export function reportError(error: unknown): void {
  log().error(error instanceof Error ? error : String(error));
  const text = error instanceof Error ? error.message : String(error);
  const showLog = vscode.l10n.t("Show Log");
  const openSettings = vscode.l10n.t("Open Settings");
  const buttons = error instanceof GraftError && error.code === "kernel/no-node" ? [openSettings, showLog] : [showLog];
  void vscode.window.showErrorMessage(text, ...buttons).then((choice) => {
    if (choice === showLog) {
      log().show();
    } else if (choice === openSettings) {
      void vscode.commands.executeCommand("workbench.action.openSettings", "graft.nodePath");
    }
  });
}

/** Shows a message with buttons that each run a command. */
export async function offer(message: string, ...commands: readonly NextStep[]): Promise<void> {
  const title = await vscode.window.showInformationMessage(message, ...commands.map((step) => step.title));
  const chosen = commands.find((step) => step.title === title);
  await chosen?.run();
}

export interface NextStep {
  readonly title: string;
  readonly run: () => unknown;
}

export const openTutorialStep = (): NextStep => ({
  title: vscode.l10n.t("Open Tutorial 01"),
  run: () => vscode.commands.executeCommand(commandIds.openTutorial, FIRST_TUTORIAL),
});
