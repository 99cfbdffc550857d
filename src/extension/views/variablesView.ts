/**
 * The Variables view: the variables of the notebook that was active last. The kernel is asked to tell them only while the view
 * can be seen.
 */
import * as vscode from "vscode";
import type { SessionMessage } from "../../shared/sessionState";
import type { VariablesMessage } from "../../shared/variablesView";
import { contextKeys, VARIABLES_VIEW } from "../contributions";
import type { KernelSession } from "../kernel/kernelSession";
import type { KernelSessions } from "../kernel/kernelSessions";
import type { ShownSession } from "./shownSession";
import { variablesPage } from "./variablesPage";

type Variables = Extract<SessionMessage, { readonly kind: "variables" }>;

export class VariablesView implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly #shown: ShownSession;
  readonly #distFolder: vscode.Uri;
  readonly #told = new WeakMap<KernelSession, Variables>();
  readonly #subscriptions: readonly { dispose: () => void }[];
  #view: vscode.WebviewView | undefined;
  #watched: KernelSession | undefined;

  constructor(sessions: KernelSessions, shown: ShownSession, extension: vscode.Uri) {
    this.#shown = shown;
    this.#distFolder = vscode.Uri.joinPath(extension, "dist", "renderer");
    this.#subscriptions = [
      vscode.window.registerWebviewViewProvider(VARIABLES_VIEW, this),
      sessions.onDidOpen((session) => this.#follow(session)),
      shown.onDidChange(() => {
        this.#watch();
        this.#show();
      }),
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
    session.onDidForget(() => void this.#told.delete(session));
  }

  #watch(): void {
    const wanted = this.#view?.visible === true ? this.#shown.session : undefined;
    if (wanted !== this.#watched) {
      this.#watched?.ask({ kind: "watchVariables", watch: false });
      this.#watched = wanted;
      wanted?.ask({ kind: "watchVariables", watch: true });
    }
  }

  #show(): void {
    const session = this.#shown.session;
    const told = session === undefined ? undefined : this.#told.get(session);
    const message: VariablesMessage = {
      kind: "show",
      state: told !== undefined ? "known" : session?.client === undefined ? "none" : "waiting",
      variables: told?.variables ?? [],
      ...(told?.tensors === undefined ? {} : { tensors: told.tensors }),
    };
    if (this.#view !== undefined) {
      this.#view.description = this.#shown.name;
      void this.#view.webview.postMessage(message);
    }
  }
}
