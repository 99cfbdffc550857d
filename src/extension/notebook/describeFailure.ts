/** What stands under a cell whose kernel was lost, or could not be had. */
import * as vscode from "vscode";
import type { ErrorContent } from "../../protocol/message";
import { GraftError } from "../../shared/graftError";
import type { CheckpointDescription } from "../../shared/sessionState";
import type { KernelSession } from "../kernel/kernelSession";

export async function describeFailure(error: unknown, session: KernelSession): Promise<ErrorContent> {
  if (!(error instanceof GraftError) || error.code !== "kernel/lost") {
    return error instanceof Error
      ? { ename: error.name, evalue: error.message, traceback: [] }
      : { ename: "Error", evalue: String(error), traceback: [] };
  }
  const { death } = session;
  if (death === undefined) {
    const evalue = vscode.l10n.t("The kernel was restarted while this cell ran.");
    return { ename: "KernelLost", evalue, traceback: [`KernelLost: ${evalue}`, variablesLost()] };
  }
  const [checkpoint] = await session.checkpoints();
  const left =
    checkpoint === undefined
      ? vscode.l10n.t("No checkpoint was left.")
      : vscode.l10n.t(
          "Checkpoint: {0}.\nThe command Graft: Restore Checkpoint… takes it up.",
          checkpointText(checkpoint),
        );
  const evalue = death.sentence;
  return {
    ename: "KernelDied",
    evalue,
    traceback: [`KernelDied: ${evalue.replaceAll(". ", ".\n")}`, variablesLost(), left],
  };
}

/** `"model (fashion-cnn), trained: last 3 layers, epoch 4 of 20, saved 14:03:22"`. */
export function checkpointText({ variable, backbone, reached, savedAt }: CheckpointDescription): string {
  const name = variable === undefined ? backbone : `${variable} (${backbone})`;
  return vscode.l10n.t("{0}, trained: {1}, saved {2}", name, reached, timeText(savedAt));
}

/** The time of today, date and time of other days. */
export function timeText(iso: string): string {
  const date = new Date(iso);
  return date.toDateString() === new Date().toDateString() ? date.toLocaleTimeString() : date.toLocaleString();
}

function variablesLost(): string {
  return vscode.l10n.t("Its variables are lost: restart the kernel and run the cells again from the top.");
}
