/**
 * Marks stale cells in the notebook, with the reason. Kept for as long as the window knows the kernel: after a reload, cells are
 * marked from their next run on.
 */
import * as vscode from "vscode";
import { NOTEBOOK_TYPE } from "../contributions";
import type { KernelSession } from "../kernel/kernelSession";
import type { KernelSessions } from "../kernel/kernelSessions";
import type { GraftController } from "../notebook/controller";
import { Staleness, type StaleReason } from "./staleness";

type Reason = StaleReason<vscode.NotebookCell>;

export class StaleMarks implements vscode.NotebookCellStatusBarItemProvider, vscode.Disposable {
  readonly #sessions: KernelSessions;
  readonly #staleness = new WeakMap<KernelSession, Staleness<vscode.NotebookCell>>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: readonly { dispose: () => void }[];
  readonly onDidChangeCellStatusBarItems = this.#changed.event;

  constructor(sessions: KernelSessions, controller: GraftController) {
    this.#sessions = sessions;
    this.#subscriptions = [
      this.#changed,
      sessions.onDidOpen((session) => this.#follow(session)),
      controller.onDidStartCell(({ session, cell, executionId, code }) => {
        this.#of(session).asked(executionId, cell, code);
      }),
      vscode.notebooks.registerNotebookCellStatusBarItemProvider(NOTEBOOK_TYPE, this),
    ];
  }

  provideCellStatusBarItems(cell: vscode.NotebookCell): vscode.NotebookCellStatusBarItem | undefined {
    const session = this.#sessions.find(cell.notebook.uri);
    const staleness = session === undefined ? undefined : this.#staleness.get(session);
    const reasons = staleness?.reasonsOf(cell, cell.document.getText()) ?? [];
    if (reasons.length === 0) {
      return undefined;
    }
    const item = new vscode.NotebookCellStatusBarItem(
      vscode.l10n.t("$(history) stale"),
      vscode.NotebookCellStatusBarAlignment.Left,
    );
    item.tooltip = reasons.map(sentence).join("\n");
    item.accessibilityInformation = { label: vscode.l10n.t("Stale cell: {0}", item.tooltip) };
    return item;
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #of(session: KernelSession): Staleness<vscode.NotebookCell> {
    let staleness = this.#staleness.get(session);
    if (staleness === undefined) {
      staleness = new Staleness();
      this.#staleness.set(session, staleness);
    }
    return staleness;
  }

  #follow(session: KernelSession): void {
    session.onDidTell((message) => {
      if (message.kind === "ran" && this.#of(session).ran(message.executionId, message.defines, message.uses)) {
        this.#changed.fire();
      }
    });
    session.onDidForget(() => {
      this.#of(session).clear();
      this.#changed.fire();
    });
  }
}

function sentence(reason: Reason): string {
  if (reason.kind === "edited") {
    return vscode.l10n.t("The text of this cell has changed since it ran.");
  }
  const number = reason.by.executionSummary?.executionOrder;
  return number === undefined || reason.by.index < 0
    ? vscode.l10n.t("`{0}` was defined again by another cell after this cell ran.", reason.name)
    : vscode.l10n.t("`{0}` was defined again by cell [{1}] after this cell ran.", reason.name, number);
}
