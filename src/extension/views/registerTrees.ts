/** The views Model, Runs and Data, and what can be done with their items. Each action writes a cell, or asks before it deletes. */
import { rm } from "node:fs/promises";
import * as vscode from "vscode";
import { insertAndRun } from "../commands/insertAndRun";
import { curvesCell } from "../commands/plans/figureCells";
import { insertRestore } from "../commands/restoreCheckpoint";
import { itemCommandIds, treeViews } from "../contributions";
import type { KernelSession } from "../kernel/kernelSession";
import { timeText } from "../notebook/describeFailure";
import { offer, reportError } from "../reportError";
import { dataNodes } from "./dataNodes";
import { fineTuneFromCell, layerEmbeddingCell } from "./itemCells";
import { modelNodes } from "./modelNodes";
import { NodeTree } from "./nodeTree";
import { runNodes } from "./runNodes";
import type { ShownSession } from "./shownSession";
import type { ViewNode, ViewSubject } from "./viewNode";

export function registerTrees(shown: ShownSession): vscode.Disposable {
  return vscode.Disposable.from(
    new NodeTree(treeViews.model, shown, ({ sessionState }) => modelNodes(sessionState?.models ?? [])),
    new NodeTree(treeViews.runs, shown, async (session) =>
      runNodes(session.sessionState?.models ?? [], await session.checkpoints(), timeText),
    ),
    new NodeTree(treeViews.data, shown, ({ sessionState }) => dataNodes(sessionState?.datasets ?? [])),
    action(itemCommandIds.fineTuneFromLayer, "layer", ({ model, layer }) =>
      withCell(shown, (state) => fineTuneFromCell(state, model, layer)),
    ),
    action(itemCommandIds.showLayerEmbedding, "layer", ({ model, layer }) =>
      withCell(shown, (state) => layerEmbeddingCell(state, model, layer)),
    ),
    action(itemCommandIds.showModelCurves, "model", ({ model }) => withCell(shown, () => curvesCell(model))),
    action(itemCommandIds.restoreThisCheckpoint, "checkpoint", ({ file }) => restore(shown, file)),
    action(itemCommandIds.deleteCheckpoint, "checkpoint", ({ file }) => deleteCheckpoint(shown, file)),
  );
}

function action<Kind extends ViewSubject["kind"]>(
  id: string,
  kind: Kind,
  run: (subject: Extract<ViewSubject, { readonly kind: Kind }>) => Promise<void>,
): vscode.Disposable {
  return vscode.commands.registerCommand(id, async (node: ViewNode | undefined) => {
    if (node?.subject?.kind === kind) {
      await run(node.subject as Extract<ViewSubject, { readonly kind: Kind }>).catch(reportError);
    }
  });
}

type State = NonNullable<KernelSession["sessionState"]>;

async function withCell(shown: ShownSession, cellOf: (state: State) => string | undefined): Promise<void> {
  const { session } = shown;
  const state = session?.sessionState;
  if (session === undefined || state === undefined) {
    return;
  }
  const cell = cellOf(state);
  if (cell === undefined) {
    await offer(
      vscode.l10n.t(
        "No variable of this notebook holds a dataset with the classes of this model. Load one and run its cell.",
      ),
    );
    return;
  }
  await insertAndRun(await editorOf(session), cell);
}

async function restore(shown: ShownSession, file: string): Promise<void> {
  const { session } = shown;
  const all = (await session?.checkpoints()) ?? [];
  const checkpoint = all.find((candidate) => candidate.file === file);
  if (session !== undefined && checkpoint !== undefined) {
    await insertRestore(await editorOf(session), checkpoint, all);
  }
}

async function deleteCheckpoint(shown: ShownSession, file: string): Promise<void> {
  const server = shown.session?.server;
  if (server !== undefined) {
    await offer(vscode.l10n.t("This checkpoint lies on {0} and can only be deleted there.", server));
    return;
  }
  const remove = vscode.l10n.t("Delete");
  const message = vscode.l10n.t("Delete this checkpoint? It cannot be restored afterwards.");
  if ((await vscode.window.showWarningMessage(message, { modal: true, detail: file }, remove)) === remove) {
    await rm(file, { force: true });
    shown.refresh();
  }
}

async function editorOf(session: KernelSession): Promise<vscode.NotebookEditor> {
  return vscode.window.showNotebookDocument(await vscode.workspace.openNotebookDocument(session.notebook));
}
