/** Entry point of the extension. It spawns the built kernel and talks to it; it never imports kernel or lab. */
import * as vscode from "vscode";
import { runCellCommand } from "./commands/cellCommand";
import { cellCommands } from "./commands/cellCommands";
import { installNativeEngine } from "./commands/installNativeEngine";
import { connectToServer, useLocalKernel } from "./commands/connectToServer";
import { interruptKernel, restartAndRunAll, restartKernel, showEngine, showKernelLog } from "./commands/kernelCommands";
import { newNotebook } from "./commands/newNotebook";
import { openTutorial } from "./commands/openTutorial";
import { restoreCheckpoint } from "./commands/restoreCheckpoint";
import { selectNode } from "./commands/selectNode";
import { commandIds, SHUTDOWN_ALL_COMMAND } from "./contributions";
import { KernelSessions, openNotebook } from "./kernel/kernelSessions";
import { registerLanguage } from "./language/registerLanguage";
import { GraftController } from "./notebook/controller";
import { FigureSelections } from "./notebook/figureSelections";
import { log, reportError } from "./reportError";
import { StaleMarks } from "./stale/staleMarks";
import { showProgressOf } from "./status/progressNotifications";
import { StatusBar } from "./status/statusBar";
import { registerTrees } from "./views/registerTrees";
import { ShownSession } from "./views/shownSession";
import { VariablesView } from "./views/variablesView";

export function activate(context: vscode.ExtensionContext): void {
  context.subscriptions.push(log());
  if (vscode.workspace.isTrusted) {
    start(context);
  } else {
    // Saved figures are drawn in a folder that is not trusted, but nothing runs.
    context.subscriptions.push(vscode.workspace.onDidGrantWorkspaceTrust(() => start(context)));
  }
}

function start(context: vscode.ExtensionContext): void {
  const sessions = new KernelSessions(context);
  const controller = new GraftController(sessions);
  const interrupt = async (notebook: vscode.Uri): Promise<void> => {
    const open = openNotebook(notebook);
    await (open === undefined ? undefined : controller.interrupt(open));
  };
  sessions.onDidOpen((session) => showProgressOf(session, () => interrupt(session.notebook)));
  const shown = new ShownSession(sessions, controller);
  context.subscriptions.push(
    sessions,
    controller,
    new StatusBar(sessions, controller),
    new StaleMarks(sessions, controller),
    new FigureSelections(sessions),
    shown,
    registerTrees(shown),
    new VariablesView(sessions, shown, context.extensionUri),
    registerLanguage(sessions, controller),
    ...(Object.keys(cellCommands) as (keyof typeof cellCommands)[]).map((name) =>
      command(commandIds[name], () => runCellCommand(cellCommands[name], sessions, controller)),
    ),
    command(commandIds.openTutorial, (wanted) => openTutorial(context, wanted)),
    command(commandIds.newNotebook, () => newNotebook()),
    command(commandIds.restartKernel, () => restartKernel(controller)),
    command(commandIds.restartAndRunAll, () => restartAndRunAll(controller)),
    command(commandIds.interruptKernel, () => interruptKernel(controller)),
    command(commandIds.showKernelLog, () => showKernelLog(sessions)),
    command(commandIds.showEngine, () => showEngine(sessions)),
    command(commandIds.installNativeEngine, () => installNativeEngine(context)),
    command(commandIds.selectNode, () => selectNode(sessions, controller)),
    command(commandIds.connectToServer, () => connectToServer(sessions, controller)),
    command(commandIds.useLocalKernel, () => useLocalKernel(sessions)),
    command(commandIds.restoreCheckpoint, () => restoreCheckpoint(sessions)),
    command(SHUTDOWN_ALL_COMMAND, () => sessions.shutdownAll()),
  );
}

/** `given`: what a link passes on. */
function command(id: string, run: (given: unknown) => Promise<void>): vscode.Disposable {
  return vscode.commands.registerCommand(id, (given: unknown) => run(given).catch(reportError));
}
