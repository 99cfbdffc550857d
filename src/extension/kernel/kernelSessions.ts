/** All kernels of this window, one a notebook. A closed notebook's kernel is let go and ends by its own idle exit. */
import { dirname, join } from "node:path";
import { homedir } from "node:os";
import * as vscode from "vscode";
import type { LaunchOptions } from "../../protocol/launchKernel";
import { NOTEBOOK_TYPE } from "../contributions";
import { readSettings } from "../settings";
import { KernelSession } from "./kernelSession";
import { KnownKernels } from "./knownKernels";

export class KernelSessions implements vscode.Disposable {
  readonly #sessions = new Map<string, KernelSession>();
  readonly #extensionPath: string;
  readonly #known: KnownKernels;
  readonly #opened = new vscode.EventEmitter<KernelSession>();
  readonly #subscriptions: readonly { dispose: () => void }[];
  /** Fires for each notebook that begins to use Graft. */
  readonly onDidOpen = this.#opened.event;

  constructor(context: vscode.ExtensionContext) {
    this.#extensionPath = context.extensionPath;
    this.#known = new KnownKernels(context.workspaceState);
    this.#subscriptions = [
      this.#opened,
      vscode.workspace.onDidCloseNotebookDocument((notebook) => this.#close(notebook.uri)),
    ];
  }

  /** The session of this notebook; made when asked for the first time. No kernel is launched yet. */
  of(notebook: vscode.Uri): KernelSession {
    const key = notebook.toString();
    const existing = this.#sessions.get(key);
    if (existing !== undefined) {
      return existing;
    }
    const session = new KernelSession(notebook, this.#known, () => this.#launchOptions(notebook));
    this.#sessions.set(key, session);
    this.#opened.fire(session);
    return session;
  }

  find(notebook: vscode.Uri): KernelSession | undefined {
    return this.#sessions.get(notebook.toString());
  }

  /** Ends every kernel, also those that an earlier window or a closed notebook left, and waits until they have ended. */
  async shutdownAll(): Promise<void> {
    await Promise.all(this.#known.notebooks().map((notebook) => this.of(notebook).reconnect()));
    await Promise.all([...this.#sessions.values()].map((session) => session.shutdown()));
  }

  /** Lets go of all kernels. Each lives on until its idle exit, so that a reloaded window finds it again. */
  dispose(): void {
    for (const session of this.#sessions.values()) {
      session.dispose();
    }
    this.#sessions.clear();
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #close(notebook: vscode.Uri): void {
    this.#sessions.get(notebook.toString())?.dispose();
    this.#sessions.delete(notebook.toString());
  }

  #launchOptions(notebook: vscode.Uri): LaunchOptions {
    const { typeErrors, nodePath, idleExitSeconds } = readSettings(notebook);
    return {
      kernelFile: join(this.#extensionPath, "dist", "kernel.js"),
      notebookFolder: notebookFolder(notebook),
      typeErrors,
      idleExitSeconds,
      ...(nodePath === undefined ? {} : { nodePath }),
    };
  }
}

export function isJupyterNotebook(notebook: vscode.NotebookDocument): boolean {
  return notebook.notebookType === NOTEBOOK_TYPE;
}

/** Where the relative paths of the cells start: beside the notebook; an unsaved one belongs to the workspace. */
function notebookFolder(notebook: vscode.Uri): string {
  if (notebook.scheme === "file" || notebook.scheme === "vscode-remote") {
    return dirname(notebook.fsPath);
  }
  return vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? homedir();
}
