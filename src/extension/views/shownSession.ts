/** The session that the views are about: that of the notebook of Graft which was active last. Another editor leaves it as it is. */
import * as vscode from "vscode";
import type { KernelSession } from "../kernel/kernelSession";
import type { KernelSessions } from "../kernel/kernelSessions";
import type { GraftController } from "../notebook/controller";

export class ShownSession implements vscode.Disposable {
  readonly #sessions: KernelSessions;
  readonly #controller: GraftController;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: readonly { dispose: () => void }[];
  #notebook: vscode.Uri | undefined;
  /** Fires for another session, and for every change in the one that is shown. */
  readonly onDidChange = this.#changed.event;

  constructor(sessions: KernelSessions, controller: GraftController) {
    this.#sessions = sessions;
    this.#controller = controller;
    this.#subscriptions = [
      this.#changed,
      vscode.window.onDidChangeActiveNotebookEditor(() => this.#choose()),
      controller.onDidChangeSelection(() => this.#choose()),
      sessions.onDidOpen((session) => this.#follow(session)),
    ];
  }

  get session(): KernelSession | undefined {
    return this.#notebook === undefined ? undefined : this.#sessions.find(this.#notebook);
  }

  /** Name of the notebook's file; empty while none has been shown. */
  get name(): string {
    return this.#notebook?.path.split("/").at(-1) ?? "";
  }

  /** For changes that no kernel tells. */
  refresh(): void {
    this.#changed.fire();
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #follow(session: KernelSession): void {
    const tell = (): void => {
      if (session === this.session) this.#changed.fire();
    };
    session.onDidChange(tell);
    session.onDidForget(tell);
    session.onDidTell(({ kind }) => {
      if (kind === "checkpoint") tell();
    });
    this.#choose();
  }

  #choose(): void {
    const notebook = vscode.window.activeNotebookEditor?.notebook;
    if (notebook !== undefined && this.#controller.isSelected(notebook)) {
      this.#notebook = notebook.uri;
    }
    this.#changed.fire();
  }
}

/** The editor of its notebook, brought to the front. */
export async function editorOf(session: KernelSession): Promise<vscode.NotebookEditor> {
  return vscode.window.showNotebookDocument(await vscode.workspace.openNotebookDocument(session.notebook));
}
