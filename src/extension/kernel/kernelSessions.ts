/** All kernels of this window, one a notebook. A closed notebook's kernel is let go and ends by its own idle exit. */
import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { homedir } from "node:os";
import * as vscode from "vscode";
import type { LaunchOptions } from "../../protocol/launchKernel";
import { NOTEBOOK_TYPE } from "../contributions";
import { readSettings } from "../settings";
import { KernelSession } from "./kernelSession";
import { KnownKernels } from "./knownKernels";
import { nativeEngineEnvironment } from "./nativeEngineEnvironment";
import { tellOnceOfElectron } from "./tellOnceOfElectron";
import { LocalKernels } from "./localKernels";
import { ServerConnections } from "./serverConnections";

export class KernelSessions implements vscode.Disposable {
  readonly servers: ServerConnections;
  readonly #sessions = new Map<string, KernelSession>();
  readonly #context: vscode.ExtensionContext;
  readonly #known: KnownKernels;
  readonly #opened = new vscode.EventEmitter<KernelSession>();
  readonly #subscriptions: readonly { dispose: () => void }[];
  /** Fires for each notebook that begins to use Graft. */
  readonly onDidOpen = this.#opened.event;

  constructor(context: vscode.ExtensionContext) {
    this.#context = context;
    this.#known = new KnownKernels(context.workspaceState);
    this.servers = new ServerConnections(context);
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
    const source = this.servers.sourceOf(notebook) ?? this.localSource(notebook);
    const session = new KernelSession(notebook, source, this.#checkpointFolder(notebook));
    this.#sessions.set(key, session);
    this.#opened.fire(session);
    return session;
  }

  find(notebook: vscode.Uri): KernelSession | undefined {
    return this.#sessions.get(notebook.toString());
  }

  /** This machine as the place of the notebook's kernel. */
  localSource(notebook: vscode.Uri): LocalKernels {
    return new LocalKernels(notebook, this.#known, () => this.#launchOptions(notebook));
  }

  /**
   * Ends every kernel of this machine, also those that an earlier window or a closed notebook left, and waits until they
   * have ended. Kernels of servers are let go.
   */
  async shutdownAll(): Promise<void> {
    await Promise.all(this.#known.notebooks().map((notebook) => this.of(notebook).reconnect()));
    const sessions = [...this.#sessions.values()];
    for (const session of sessions.filter(({ server }) => server !== undefined)) {
      session.use(this.localSource(session.notebook));
    }
    await Promise.all(sessions.map((session) => session.shutdown()));
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

  async #launchOptions(notebook: vscode.Uri): Promise<LaunchOptions> {
    const { typeErrors, nodePath, idleExitSeconds } = readSettings(notebook);
    const checkpointFolder = this.#checkpointFolder(notebook);
    await mkdir(checkpointFolder, { recursive: true, mode: 0o700 });
    return {
      kernelFile: join(this.#context.extensionPath, "dist", "kernel.js"),
      notebookFolder: notebookFolder(notebook),
      typeErrors,
      idleExitSeconds,
      checkpointFolder,
      env: nativeEngineEnvironment(this.#context),
      onNode: (node) => tellOnceOfElectron(this.#context, node),
      ...(nodePath === undefined ? {} : { nodePath }),
    };
  }

  /** One for each notebook. Unsaved ones share their names between windows, so theirs last as long as the window. */
  #checkpointFolder(notebook: vscode.Uri): string {
    const name =
      notebook.scheme === "untitled" ? `${notebook.toString()} ${vscode.env.sessionId}` : notebook.toString();
    const hash = createHash("sha256").update(name).digest("hex").slice(0, 32);
    return join(this.#context.globalStorageUri.fsPath, "checkpoints", hash);
  }
}

export function isJupyterNotebook(notebook: vscode.NotebookDocument): boolean {
  return notebook.notebookType === NOTEBOOK_TYPE;
}

/** The notebook while it is open. */
export function openNotebook(uri: vscode.Uri): vscode.NotebookDocument | undefined {
  return vscode.workspace.notebookDocuments.find((open) => open.uri.toString() === uri.toString());
}

/** Where the relative paths of the cells start: beside the notebook; an unsaved one belongs to the workspace. */
function notebookFolder(notebook: vscode.Uri): string {
  if (notebook.scheme === "file" || notebook.scheme === "vscode-remote") {
    return dirname(notebook.fsPath);
  }
  return vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? homedir();
}
