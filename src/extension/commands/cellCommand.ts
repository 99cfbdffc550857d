/**
 * A command that writes a cell: what it needs of the session, and a dialogue that ends with the text of the cell. All of them
 * run alike: when something is missing, the person is told what to do next; else the cell goes below the active one and runs.
 */
import * as vscode from "vscode";
import { commandIds } from "../contributions";
import { isJupyterNotebook, type KernelSessions } from "../kernel/kernelSessions";
import type { GraftController } from "../notebook/controller";
import { offer, openTutorialStep, type NextStep } from "../reportError";
import { converse, folderOf } from "./converse";
import type { Dialogue } from "./dialogue";
import { insertAndRun } from "./insertAndRun";
import { digitsCell } from "./plans/dataCells";
import { type CellState, type Need, obstacleTo, type Obstacle, type Remedy } from "./readiness";

export interface CellCommand {
  readonly needs: readonly Need[];
  /** Ends with the text of the cell, or with what stands in the way. */
  readonly dialogue: (state: CellState) => Dialogue<string | Obstacle>;
}

export async function runCellCommand(
  { needs, dialogue }: CellCommand,
  sessions: KernelSessions,
  controller: GraftController,
): Promise<void> {
  const editor = vscode.window.activeNotebookEditor;
  if (editor === undefined || !isJupyterNotebook(editor.notebook)) {
    const newNotebook = { title: vscode.l10n.t("New Notebook"), run: () => execute(commandIds.newNotebook) };
    await offer(vscode.l10n.t("This needs a notebook, and none is open."), openTutorialStep(), newNotebook);
    return;
  }
  const { notebook } = editor;
  const session = sessions.find(notebook.uri);
  const running = controller.running(notebook);
  const state = session?.sessionState;
  const obstacle = obstacleTo(needs, {
    started: session?.client !== undefined,
    ...(running === undefined ? {} : { runningCell: running.index + 1 }),
    ...(state === undefined ? {} : { state }),
  });
  const surroundings = { folder: folderOf(notebook), remote: session?.server !== undefined };
  const outcome = obstacle ?? (await converse(dialogue(state ?? nothing), surroundings));
  if (typeof outcome === "string") {
    await insertAndRun(editor, outcome);
  } else if (outcome !== undefined) {
    const steps = outcome.remedies.map((remedy) => nextStep(remedy, editor, controller));
    await offer(outcome.message, ...steps);
  }
}

/** Of a notebook whose kernel has not started. */
const nothing: CellState = { models: [], datasets: [], backbones: [] };

function nextStep(remedy: Remedy, editor: vscode.NotebookEditor, controller: GraftController): NextStep {
  const { notebook } = editor;
  switch (remedy) {
    case "runAll":
      return { title: vscode.l10n.t("Run All"), run: () => execute("notebook.execute", notebook.uri) };
    case "interrupt":
      return { title: vscode.l10n.t("Interrupt"), run: () => controller.interrupt(notebook) };
    case "loadDigits":
      return { title: vscode.l10n.t("Load Digits"), run: () => insertAndRun(editor, digitsCell) };
    case "loadBackbone":
      return { title: vscode.l10n.t("Load Backbone"), run: () => execute(commandIds.loadBackbone) };
    case "attachHead":
      return { title: vscode.l10n.t("Attach Head"), run: () => execute(commandIds.attachHead) };
    case "trainHead":
      return { title: vscode.l10n.t("Train Head"), run: () => execute(commandIds.trainHead) };
    case "openTutorial":
      return openTutorialStep();
  }
}

function execute(command: string, ...parameters: readonly unknown[]): Thenable<unknown> {
  return vscode.commands.executeCommand(command, ...parameters);
}
