/** The kernel "Graft (TypeScript)" in VS Code's kernel picker: run, interrupt, restart. */
import * as vscode from "vscode";
import { offerRestart } from "../commands/offerRestart";
import { CELL_LANGUAGES, CONTROLLER_ID, EXTENSION_ID, NOTEBOOK_TYPE } from "../contributions";
import type { KernelSession } from "../kernel/kernelSession";
import { isJupyterNotebook, openNotebook, type KernelSessions } from "../kernel/kernelSessions";
import { log, reportError } from "../reportError";
import { engineName } from "../status/statusText";
import { CellRunner, type StartedCell } from "./cellRunner";
import { kernelspec, namesGraft, withKernelspec } from "./kernelspec";
import { TypeProblems } from "./typeProblems";

/** After this long, an interrupt that has not stopped its cell is brought up. */
const interruptPatienceMs = 5000;

export class GraftController implements vscode.Disposable {
  readonly #controller: vscode.NotebookController;
  readonly #sessions: KernelSessions;
  readonly #runners = new WeakMap<KernelSession, CellRunner>();
  readonly #selected = new Set<string>();
  readonly #selection = new vscode.EventEmitter<void>();
  readonly #started = new vscode.EventEmitter<StartedCell & { readonly session: KernelSession }>();
  readonly typeProblems = new TypeProblems();
  readonly #subscriptions: readonly { dispose: () => void }[];
  /** Fires when a notebook begins or ceases to use Graft. */
  readonly onDidChangeSelection = this.#selection.event;
  /** Fires for each cell that has been sent to a kernel. */
  readonly onDidStartCell = this.#started.event;

  constructor(sessions: KernelSessions) {
    this.#sessions = sessions;
    const controller = vscode.notebooks.createNotebookController(CONTROLLER_ID, NOTEBOOK_TYPE, kernelspec.display_name);
    controller.supportedLanguages = [...CELL_LANGUAGES];
    controller.supportsExecutionOrder = true;
    controller.description = vscode.l10n.t("Transfer learning in TypeScript cells");
    controller.executeHandler = (cells, notebook) => this.#execute(cells, notebook);
    controller.interruptHandler = (notebook) => this.interrupt(notebook);
    this.#controller = controller;
    this.#subscriptions = [
      controller,
      this.#selection,
      this.#started,
      this.typeProblems,
      controller.onDidChangeSelectedNotebooks(({ notebook, selected }) => this.#onSelected(notebook, selected)),
      vscode.workspace.onDidOpenNotebookDocument((notebook) => this.#suggest(notebook)),
      vscode.workspace.onDidCloseNotebookDocument((notebook) => this.#onSelected(notebook, false)),
      sessions.onDidOpen((session) => this.#follow(session)),
    ];
    for (const notebook of vscode.workspace.notebookDocuments) {
      this.#suggest(notebook);
    }
  }

  /** True when Graft is this notebook's kernel. */
  isSelected(notebook: vscode.NotebookDocument): boolean {
    return this.#selected.has(notebook.uri.toString());
  }

  /** The cell that is running in this notebook. */
  running(notebook: vscode.NotebookDocument): vscode.NotebookCell | undefined {
    const session = this.#sessions.find(notebook.uri);
    return session === undefined ? undefined : this.#runners.get(session)?.running;
  }

  async interrupt(notebook: vscode.NotebookDocument): Promise<void> {
    const session = this.#sessions.of(notebook.uri);
    const runner = this.#runnerOf(session);
    const { running } = runner;
    await runner.dropUnsent();
    await session.interrupt();
    if (running !== undefined) {
      setTimeout(() => {
        if (runner.running === running) {
          const message = vscode.l10n.t(
            "The cell has been asked to stop and has not: it is inside code that cannot be interrupted.",
          );
          void offerRestart(notebook, session, message, running).catch(reportError);
        }
      }, interruptPatienceMs);
    }
  }

  async restart(notebook: vscode.NotebookDocument): Promise<void> {
    const session = this.#sessions.of(notebook.uri);
    await this.#runnerOf(session).dropUnsent();
    await session.restart();
  }

  /** Makes Graft this notebook's kernel, as the kernel picker does. */
  async select(notebook: vscode.NotebookDocument): Promise<void> {
    const notebookEditor = await vscode.window.showNotebookDocument(notebook);
    await vscode.commands.executeCommand("notebook.selectKernel", {
      notebookEditor,
      id: CONTROLLER_ID,
      extension: EXTENSION_ID,
    });
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  async #execute(cells: readonly vscode.NotebookCell[], notebook: vscode.NotebookDocument): Promise<void> {
    this.#onSelected(notebook, true);
    await this.#runnerOf(this.#sessions.of(notebook.uri)).run(cells);
  }

  #runnerOf(session: KernelSession): CellRunner {
    const existing = this.#runners.get(session);
    if (existing !== undefined) {
      return existing;
    }
    const runner = new CellRunner(session, this.#controller, (started) => {
      this.typeProblems.expect(started);
      this.#started.fire({ session, ...started });
    });
    this.#runners.set(session, runner);
    return runner;
  }

  #follow(session: KernelSession): void {
    session.onDidChange(() => {
      const engine = session.sessionState?.engine;
      if (engine !== undefined) {
        this.#controller.description = engineName(engine);
      }
    });
    session.onDidCheck((checked) => this.typeProblems.show(checked));
    session.onDidListKept(({ client, executions }) => {
      this.#runnerOf(session).resume(client, executions).catch(reportError);
    });
    session.onDidDie(({ sentence, cell }) => {
      log().error(`${session.notebook.toString()}: ${sentence}`);
      const running = this.#runnerOf(session).lastRun(cell);
      const notebook = openNotebook(session.notebook);
      if (notebook !== undefined) {
        const name = running === undefined ? cell : vscode.l10n.t("Cell {0}", running.index + 1);
        const where = name === undefined ? "" : vscode.l10n.t("{0} was running. ", name);
        const message = vscode.l10n.t("{0} {1}The variables are lost.", sentence, where);
        void offerRestart(notebook, session, message, running).catch(reportError);
      }
    });
  }

  #suggest(notebook: vscode.NotebookDocument): void {
    const fits =
      isJupyterNotebook(notebook) &&
      (namesGraft(notebook.metadata) || notebook.getCells().some((cell) => cell.document.languageId === "typescript"));
    if (fits) {
      this.#controller.updateNotebookAffinity(notebook, vscode.NotebookControllerAffinity.Preferred);
    }
  }

  #onSelected(notebook: vscode.NotebookDocument, selected: boolean): void {
    const key = notebook.uri.toString();
    if (this.#selected.has(key) === selected) {
      return;
    }
    if (selected) {
      this.#selected.add(key);
      void rememberKernel(notebook);
      this.#sessions.of(notebook.uri).reconnect().catch(reportError);
    } else {
      this.#selected.delete(key);
    }
    this.#selection.fire();
  }
}

/** Writes the choice into the notebook, from where it is saved with the file. */
async function rememberKernel(notebook: vscode.NotebookDocument): Promise<void> {
  const metadata = withKernelspec(notebook.metadata);
  if (metadata !== undefined) {
    const edit = new vscode.WorkspaceEdit();
    edit.set(notebook.uri, [vscode.NotebookEdit.updateNotebookMetadata(metadata)]);
    await vscode.workspace.applyEdit(edit);
  }
}
