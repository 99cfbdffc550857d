/** Deletes what the Runs view shows, after asking. On a Jupyter Server the same paths lead to other files than here: nothing of this disk is touched for it. */
import { rm } from "node:fs/promises";
import { l10n, window } from "vscode";
import type { KernelSession } from "../kernel/kernelSession";
import { offer } from "../reportError";
import type { RunSubject } from "./viewNode";

/** Whether it is gone. */
export async function deleteCheckpoint({ server }: Pick<KernelSession, "server">, file: string): Promise<boolean> {
  if (server !== undefined) {
    await offer(l10n.t("This checkpoint lies on {0} and can only be deleted there.", server));
    return false;
  }
  if (!(await agreed(l10n.t("Delete this checkpoint? It cannot be restored afterwards."), file))) {
    return false;
  }
  await rm(file, { force: true });
  return true;
}

/**
 * Whether they are gone. `cell` writes a cell and runs it: a server's kernel has its runs in its memory.
 */
export async function deleteRuns(
  session: Pick<KernelSession, "server" | "runFile">,
  runs: readonly RunSubject[],
  cell: () => Promise<void>,
): Promise<boolean> {
  const message =
    runs.length === 1
      ? l10n.t("Delete this run? Its curves and numbers are forgotten; models and checkpoints stay.")
      : l10n.t("Delete {0} runs? Their curves and numbers are forgotten; models and checkpoints stay.", runs.length);
  if (!(await agreed(message, runs.map(({ name }) => name).join("\n")))) {
    return false;
  }
  if (session.server === undefined) {
    await Promise.all(runs.map(({ id }) => rm(session.runFile(id), { force: true })));
  } else {
    await cell();
  }
  return true;
}

async function agreed(message: string, detail: string): Promise<boolean> {
  const remove = l10n.t("Delete");
  return (await window.showWarningMessage(message, { modal: true, detail }, remove)) === remove;
}
