/**
 * The language service of each notebook's kernel. Asking starts the kernel when there is none, except after it has died: then
 * the person decides. What cannot be answered is undefined; a kernel that does not start is told once, in the log.
 */
import type * as vscode from "vscode";
import { LanguageClient, type AnswerTo } from "../../protocol/languageClient";
import type { LanguageQuestion } from "../../shared/languageMessages";
import type { KernelSessions } from "../kernel/kernelSessions";
import type { GraftController } from "../notebook/controller";
import { log } from "../reportError";

/** After a kernel that did not start, typing does not try again for so long. */
const retryMs = 60_000;

export class LanguageClients {
  readonly #sessions: KernelSessions;
  readonly #controller: GraftController;
  readonly #clients = new Map<string, LanguageClient>();
  readonly #failedAt = new Map<string, number>();

  constructor(sessions: KernelSessions, controller: GraftController) {
    this.#sessions = sessions;
    this.#controller = controller;
  }

  async ask<Q extends LanguageQuestion>(
    notebook: vscode.NotebookDocument,
    question: Q,
  ): Promise<AnswerTo<Q> | undefined> {
    const client = this.#controller.isSelected(notebook) ? await this.#client(notebook) : undefined;
    return client?.ask(question);
  }

  /** True while a kernel runs, so that asking starts none. */
  hasKernel(notebook: vscode.NotebookDocument): boolean {
    const state = this.#sessions.find(notebook.uri)?.kernelState;
    return state === "idle" || state === "busy";
  }

  dispose(): void {
    for (const client of this.#clients.values()) {
      client.dispose();
    }
    this.#clients.clear();
  }

  async #client(notebook: vscode.NotebookDocument): Promise<LanguageClient | undefined> {
    const key = notebook.uri.toString();
    const session = this.#sessions.of(notebook.uri);
    if (session.kernelState === "dead" || Date.now() - (this.#failedAt.get(key) ?? 0) < retryMs) {
      return undefined;
    }
    try {
      const { connection } = await session.start();
      this.#failedAt.delete(key);
      const known = this.#clients.get(key);
      if (known?.isOn(connection) === true) {
        return known;
      }
      known?.dispose();
      const client = new LanguageClient(connection);
      this.#clients.set(key, client);
      return client;
    } catch (error) {
      this.#failedAt.set(key, Date.now());
      log().warn(`No kernel for completion and diagnostics in ${key}: ${String(error)}`);
      return undefined;
    }
  }
}
