/**
 * The Variables view in the panel: the variables of the notebook that was active last. The kernel is asked to tell them only
 * while the view can be seen.
 */
import * as vscode from "vscode";
import type { SessionMessage } from "../../shared/sessionState";
import type { VariablesMessage } from "../../shared/variablesView";
import { contextKeys, VARIABLES_VIEW } from "../contributions";
import type { KernelSession } from "../kernel/kernelSession";
import type { KernelSessions } from "../kernel/kernelSessions";
import type { GraftController } from "../notebook/controller";
import { variablesPage } from "./variablesPage";

type Variables = Extract<SessionMessage, { readonly kind: "variables" }>;

export class VariablesView implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly #controller: GraftController;
  readonly #sessions: KernelSessions;
  readonly #distFolder: vscode.Uri;
  readonly #told = new WeakMap<KernelSession, Variables>();
  readonly #subscriptions: readonly { dispose: () => void }[];
  #view: vscode.WebviewView | undefined;
  #shown: vscode.Uri | undefined;
  #watched: KernelSession | undefined;

  constructor(sessions: KernelSessions, controller: GraftController, extension: vscode.Uri) {
    this.#sessions = sessions;
    this.#controller = controller;
    this.#distFolder = vscode.Uri.joinPath(extension, "dist", "renderer");
    this.#subscriptions = [
      vscode.window.registerWebviewViewProvider(VARIABLES_VIEW, this),
      vscode.window.onDidChangeActiveNotebookEditor(() => this.#choose()),
      controller.onDidChangeSelection(() => this.#choose()),
      sessions.onDidOpen((session) => this.#follow(session)),
    ];
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.#view = view;
    view.webview.options = { enableScripts: true, localResourceRoots: [this.#distFolder] };
    view.webview.onDidReceiveMessage(() => this.#show()); // It says that it is ready, and nothing else.
    view.onDidChangeVisibility(() => this.#watch());
    view.onDidDispose(() => {
      this.#view = undefined;
      this.#watch();
    });
    view.webview.html = variablesPage(view.webview, this.#distFolder);
    this.#watch();
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #follow(session: KernelSession): void {
    void vscode.commands.executeCommand("setContext", contextKeys.used, true);
    session.onDidTell((message) => {
      if (message.kind === "variables") {
        this.#told.set(session, message);
        this.#show();
      } else if (message.kind === "executions" && session === this.#watched) {
        session.ask({ kind: "watchVariables", watch: true }); // The comm is a new one.
      }
    });
    session.onDidForget(() => {
      this.#told.delete(session);
      this.#show();
    });
    session.onDidChange(() => this.#show());
    this.#choose();
  }

  /** Another editor than a notebook of Graft leaves the view as it is. */
  #choose(): void {
    const notebook = vscode.window.activeNotebookEditor?.notebook;
    if (notebook !== undefined && this.#controller.isSelected(notebook)) {
      this.#shown = notebook.uri;
    }
    this.#watch();
    this.#show();
  }

  get #session(): KernelSession | undefined {
    return this.#shown === undefined ? undefined : this.#sessions.find(this.#shown);
  }

  #watch(): void {
    const wanted = this.#view?.visible === true ? this.#session : undefined;
    if (wanted !== this.#watched) {
      this.#watched?.ask({ kind: "watchVariables", watch: false });
      this.#watched = wanted;
      wanted?.ask({ kind: "watchVariables", watch: true });
    }
  }

  #show(): void {
    const session = this.#session;
    const told = session === undefined ? undefined : this.#told.get(session);
    const message: VariablesMessage = {
      kind: "show",
      state: told !== undefined ? "known" : session?.client === undefined ? "none" : "waiting",
      variables: told?.variables ?? [],
      ...(told?.tensors === undefined ? {} : { tensors: told.tensors }),
    };
    if (this.#view !== undefined) {
      this.#view.description = this.#shown?.path.split("/").at(-1) ?? "";
      void this.#view.webview.postMessage(message);
    }
  }
}
