/**
 * "Graft: Fine-tune Last N Layers": three questions with defaults, then a cell with the code, inserted below the active
 * one and run. Enter, Enter, Enter works.
 */
import * as vscode from "vscode";
import { isJupyterNotebook, type KernelSessions } from "../kernel/kernelSessions";
import type { GraftController } from "../notebook/controller";
import { offer, openTutorialStep, type NextStep } from "../reportError";
import type { NamedDataset, NamedModel, SessionState } from "../../shared/sessionState";
import {
  defaultEpochs,
  defaultLearningRate,
  epochsProblem,
  fineTuneCell,
  layerChoices,
  learningRateProblem,
  rateText,
  suggestedLastLayers,
  testDataset,
  trainingChoices,
  type FineTunePlan,
  type LayerChoice,
} from "./fineTunePlan";
import { insertAndRun } from "./insertAndRun";

export async function fineTuneLastLayers(sessions: KernelSessions, controller: GraftController): Promise<void> {
  const editor = vscode.window.activeNotebookEditor;
  if (editor === undefined || !isJupyterNotebook(editor.notebook)) {
    await offer(vscode.l10n.t("Fine-tuning needs a notebook with a model. None is open."), openTutorialStep());
    return;
  }
  const state = await readyState(editor, sessions, controller);
  if (state === undefined) {
    return;
  }
  const plan = await askForPlan(state);
  if (plan !== undefined) {
    await insertAndRun(editor, fineTuneCell(plan));
  }
}

/** The session's state when a model can be fine-tuned now; otherwise undefined, after telling what to do. */
async function readyState(
  editor: vscode.NotebookEditor,
  sessions: KernelSessions,
  controller: GraftController,
): Promise<SessionState | undefined> {
  const { notebook } = editor;
  const session = sessions.find(notebook.uri);
  const runAll: NextStep = {
    title: vscode.l10n.t("Run All"),
    run: () => vscode.commands.executeCommand("notebook.execute", notebook.uri),
  };
  if (session?.client === undefined) {
    const message = vscode.l10n.t("The kernel has not started, so there is no model yet. Run the cells that make it.");
    await offer(message, runAll, openTutorialStep());
    return undefined;
  }
  const running = controller.running(notebook);
  if (running !== undefined) {
    const message = vscode.l10n.t(
      "Cell {0} is still running. Wait until it has finished, or stop it.",
      running.index + 1,
    );
    await offer(message, {
      title: vscode.l10n.t("Interrupt"),
      run: () => controller.interrupt(notebook),
    });
    return undefined;
  }
  const state = session.sessionState;
  if (state === undefined || state.models.length === 0) {
    const message = vscode.l10n.t(
      "No variable of this notebook holds a model. Make one with graft(backbone, { classes }), or run the cells that do.",
    );
    await offer(message, runAll, openTutorialStep());
    return undefined;
  }
  return state;
}

async function askForPlan({ models, datasets }: SessionState): Promise<FineTunePlan | undefined> {
  const model = await pickModel(models);
  if (model === undefined) {
    return undefined;
  }
  const trainable = trainingChoices(model, datasets);
  if (trainable.length === 0) {
    await offer(
      vscode.l10n.t(
        "No variable of this notebook holds a dataset with the {0} classes of {1}. Load one and run its cell.",
        model.classes.length,
        model.name,
      ),
      openTutorialStep(),
    );
    return undefined;
  }
  const choice = await pickLayers(model);
  if (choice === undefined) {
    return undefined;
  }
  const learningRate = await ask({
    title: vscode.l10n.t("Learning rate"),
    prompt: vscode.l10n.t("How far each step moves the weights. Smaller is safer, larger is faster."),
    value: rateText(defaultLearningRate),
    validateInput: learningRateProblem,
  });
  if (learningRate === undefined) {
    return undefined;
  }
  const epochs = await ask({
    title: vscode.l10n.t("Epochs"),
    prompt: vscode.l10n.t("How many times training sees every example."),
    value: String(defaultEpochs),
    validateInput: epochsProblem,
  });
  if (epochs === undefined) {
    return undefined;
  }
  const train = await pickDataset(model, trainable);
  if (train === undefined) {
    return undefined;
  }
  const test = testDataset(model, datasets, train)?.name;
  return { model: model.name, train: train.name, test, choice, learningRate, epochs };
}

async function pickModel(models: readonly NamedModel[]): Promise<NamedModel | undefined> {
  if (models.length < 2) {
    return models[0];
  }
  const items = models.map((model) => ({
    label: model.name,
    description: vscode.l10n.t("{0}, {1} classes", model.backbone, model.classes.length),
    model,
  }));
  const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Which model?") });
  return picked?.model;
}

/** A quick pick whose active item is the suggestion, which `showQuickPick` cannot do without moving it to the top. */
async function pickLayers(model: NamedModel): Promise<LayerChoice | undefined> {
  const suggested = suggestedLastLayers(model);
  const items = layerChoices(model).map((choice) => ({
    label: choice.label,
    description: choice.parameters,
    detail: choice.names,
    choice,
  }));
  const quickPick = vscode.window.createQuickPick<(typeof items)[number]>();
  quickPick.title = vscode.l10n.t("Fine-tune how many layers of {0}?", model.name);
  quickPick.placeholder = vscode.l10n.t("Counted from the head backwards; everything before them stays frozen");
  quickPick.matchOnDetail = true;
  quickPick.items = items;
  quickPick.activeItems = items.filter(({ choice }) => choice.lastLayers === suggested);
  try {
    return await new Promise<LayerChoice | undefined>((resolve) => {
      quickPick.onDidAccept(() => resolve(quickPick.selectedItems[0]?.choice));
      quickPick.onDidHide(() => resolve(undefined));
      quickPick.show();
    });
  } finally {
    quickPick.dispose();
  }
}

/** Asks only when the model was not trained on one of them yet and there are several. */
async function pickDataset(model: NamedModel, datasets: readonly NamedDataset[]): Promise<NamedDataset | undefined> {
  const [first] = datasets;
  if (datasets.length === 1 || first?.id === model.trainedOn) {
    return first;
  }
  const items = datasets.map((dataset) => ({
    label: dataset.name,
    description: vscode.l10n.t("{0} examples, {1} classes", dataset.size, dataset.classes.length),
    dataset,
  }));
  const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Train on which dataset?") });
  return picked?.dataset;
}

async function ask(options: vscode.InputBoxOptions): Promise<number | undefined> {
  const text = await vscode.window.showInputBox({ ...options, ignoreFocusOut: true });
  return text === undefined ? undefined : Number(text);
}
