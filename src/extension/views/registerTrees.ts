/** The views Model, Runs and Data, and what can be done with their items. Each action writes a cell, or asks before it deletes. */
import * as vscode from "vscode";
import { insertAndRun } from "../commands/insertAndRun";
import { curvesCell } from "../commands/plans/figureCells";
import { insertRestore } from "../commands/restoreCheckpoint";
import { commandIds, itemCommandIds, treeViews } from "../contributions";
import type { KernelSession } from "../kernel/kernelSession";
import { timeText } from "../notebook/describeFailure";
import { offer, reportError } from "../reportError";
import { dataNodes } from "./dataNodes";
import { deleteCheckpoint } from "./deletions";
import { fineTuneFromCell, layerEmbeddingCell } from "./itemCells";
import { modelNodes } from "./modelNodes";
import { NodeTree } from "./nodeTree";
import { compareRuns, deleteChosenRuns, restoreRun, showRunCurves } from "./runActions";
import { runNodes } from "./runNodes";
import { editorOf, type ShownSession } from "./shownSession";
import type { RunSubject, ViewNode, ViewSubject } from "./viewNode";

export function registerTrees(shown: ShownSession): vscode.Disposable {
  const runs = async (session: KernelSession): Promise<readonly ViewNode[]> =>
    runNodes(await session.runs(), await session.checkpoints(), timeText);
  return vscode.Disposable.from(
    new NodeTree(treeViews.model, shown, ({ sessionState }) => modelNodes(sessionState?.models ?? [])),
    new NodeTree(treeViews.runs, shown, runs, true),
    new NodeTree(treeViews.data, shown, ({ sessionState }) =>
      sessionState === undefined ? [] : dataNodes(sessionState),
    ),
    action(itemCommandIds.fineTuneFromLayer, "layer", ({ model, layer }) =>
      withCell(shown, (state) => fineTuneFromCell(state, model, layer)),
    ),
    action(itemCommandIds.showLayerEmbedding, "layer", ({ model, layer }) =>
      withCell(shown, (state) => layerEmbeddingCell(state, model, layer)),
    ),
    action(itemCommandIds.showModelCurves, "model", ({ model }) => withCell(shown, () => curvesCell([model]))),
    runAction(itemCommandIds.showRunCurves, shown, showRunCurves),
    runAction(itemCommandIds.compareRuns, shown, compareRuns),
    runAction(itemCommandIds.restoreRun, shown, (session, [run]) => restoreRun(session, run)),
    runAction(itemCommandIds.deleteRun, shown, (_, chosen) => deleteChosenRuns(shown, chosen)),
    action(itemCommandIds.restoreThisCheckpoint, "checkpoint", ({ file }) => restore(shown, file)),
    action(itemCommandIds.deleteCheckpoint, "checkpoint", async ({ file }) => {
      if (shown.session !== undefined && (await deleteCheckpoint(shown.session, file))) shown.refresh();
    }),
    action(itemCommandIds.clearFeatures, "featureCache", () => clearFeatures(shown)),
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

type Chosen = readonly [RunSubject, ...RunSubject[]];

/** Of the run that was clicked, and of those that were chosen together with it. */
function runAction(
  id: string,
  shown: ShownSession,
  run: (session: KernelSession, chosen: Chosen) => Promise<void>,
): vscode.Disposable {
  return vscode.commands.registerCommand(id, async (node?: ViewNode, together?: readonly (ViewNode | undefined)[]) => {
    // VS Code passes on undefined for what it has just drawn anew.
    const chosen = (together ?? []).filter((other) => other !== undefined);
    const nodes = chosen.length > 0 || node === undefined ? chosen : [node];
    const [first, ...others] = nodes.flatMap(({ subject }) => (isRun(subject) ? [subject] : []));
    if (shown.session !== undefined && first !== undefined) {
      await run(shown.session, [first, ...others]).catch(reportError);
    }
  });
}

function isRun(subject: ViewSubject | undefined): subject is RunSubject {
  return subject?.kind === "run" || subject?.kind === "restorableRun";
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

async function restore({ session }: ShownSession, file: string): Promise<void> {
  const all = (await session?.checkpoints()) ?? [];
  const checkpoint = all.find((candidate) => candidate.file === file);
  if (session !== undefined && checkpoint !== undefined) {
    await insertRestore(await editorOf(session), checkpoint, all);
  }
}

/** The command of the palette is about the active notebook. */
async function clearFeatures({ session }: ShownSession): Promise<void> {
  if (session !== undefined) {
    await editorOf(session);
    await vscode.commands.executeCommand(commandIds.clearFeatureCache);
  }
}
