/** What can be done with the runs that are chosen in the Runs view. */
import { l10n } from "vscode";
import { insertRestore } from "../commands/restoreCheckpoint";
import { insertAndRun } from "../commands/insertAndRun";
import type { KernelSession } from "../kernel/kernelSession";
import { offer } from "../reportError";
import { deleteRuns } from "./deletions";
import { compareRunsCell, deleteRunsCell, runCurvesCell } from "./itemCells";
import { editorOf, type ShownSession } from "./shownSession";
import type { RunSubject } from "./viewNode";

export async function showRunCurves(session: KernelSession, runs: readonly RunSubject[]): Promise<void> {
  const drawn = runs.filter(({ hasCurves }) => hasCurves);
  if (drawn.length === 0) {
    await offer(l10n.t("There are no curves yet. Wait until the training has ended, or choose another run."));
    return;
  }
  await insertAndRun(await editorOf(session), runCurvesCell(drawn.map(({ id }) => id)));
}

export async function compareRuns(session: KernelSession, runs: readonly RunSubject[]): Promise<void> {
  if (runs.length < 2) {
    await offer(l10n.t("Choose two or more runs to compare: hold Ctrl (on a Mac Cmd) and click them, then compare."));
    return;
  }
  const without = runs.filter(({ validated }) => !validated).map(({ name }) => name);
  if (without.length > 0) {
    await offer(
      l10n.t(
        "Runs are compared by their accuracy on validation data. Without: {0}. Pass validation when you train, or leave them out.",
        without.join("; "),
      ),
    );
    return;
  }
  await insertAndRun(await editorOf(session), compareRunsCell(runs.map(({ id }) => id)));
}

/** The model as its last training left it. */
export async function restoreRun(session: KernelSession, { id }: RunSubject): Promise<void> {
  const run = (await session.runs()).find((candidate) => candidate.id === id);
  if (run?.checkpoint === undefined) {
    await offer(l10n.t("The checkpoint of this run is not there any more. Choose one of those below the runs."));
    return;
  }
  const { checkpoint: file, model, backbone, name, startedAt } = run;
  const all = await session.checkpoints();
  const checkpoint = all.find((candidate) => candidate.file === file) ?? {
    ...{ file, backbone, reached: name, savedAt: startedAt },
    ...(model === undefined ? {} : { variable: model }),
  };
  await insertRestore(await editorOf(session), checkpoint, all);
}

export async function deleteChosenRuns(shown: ShownSession, runs: readonly RunSubject[]): Promise<void> {
  const { session } = shown;
  if (session === undefined) {
    return;
  }
  const cell = async (): Promise<void> =>
    insertAndRun(await editorOf(session), deleteRunsCell(runs.map(({ id }) => id)));
  if (await deleteRuns(session, runs, cell)) {
    shown.refresh();
  }
}
