import * as vscode from "vscode";
import { FIGURE_MIME } from "../../shared/mimeBundle";
import type { FromFigure, SelectionAnswer, ToFigure } from "../../shared/selectionMessages";
import { insertAndRun } from "../commands/insertAndRun";
import { RENDERER_ID } from "../contributions";
import type { KernelSession } from "../kernel/kernelSession";
import type { KernelSessions } from "../kernel/kernelSessions";
import { reportError } from "../reportError";

/** Brings what people select in figures to the kernel of their notebook, and what became of it back. */
export class FigureSelections implements vscode.Disposable {
  readonly #sessions: KernelSessions;
  readonly #messaging = vscode.notebooks.createRendererMessaging(RENDERER_ID);
  /** Names of the variables that hold maps. */
  readonly #variables = new Map<string, string>();
  readonly #subscriptions: readonly vscode.Disposable[];

  constructor(sessions: KernelSessions) {
    this.#sessions = sessions;
    this.#subscriptions = [
      this.#messaging.onDidReceiveMessage(({ editor, message }) => this.#take(editor, message as FromFigure)),
      sessions.onDidOpen((session) => this.#follow(session)),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #follow(session: KernelSession): void {
    session.onDidListKept(() => session.ask({ kind: "offerSelections" }));
    session.onDidTell((message) => {
      if (message.kind !== "selected") {
        return;
      }
      const { plot, known, variable } = message;
      if (variable === undefined) {
        this.#variables.delete(plot);
        this.#answer(plot, { kind: known ? "taken" : "unknownMap" });
      } else {
        this.#variables.set(plot, variable);
        this.#answer(plot, { kind: "taken", variable });
      }
    });
  }

  #take(editor: vscode.NotebookEditor, message: FromFigure): void {
    switch (message.kind) {
      case "select": {
        const session = this.#sessions.find(editor.notebook.uri);
        if (session?.client === undefined) {
          this.#answer(message.plot, { kind: "noKernel" });
        } else {
          session.ask({ ...message, indices: [...message.indices] });
        }
        break;
      }
      case "useSelection":
        this.#use(editor, message.plot).catch(reportError);
        break;
      default:
        message satisfies never;
    }
  }

  /** Writes a cell below the map. Its one name is new to most notebooks; `indices` and `dataset` would not be. */
  async #use(editor: vscode.NotebookEditor, plot: string): Promise<void> {
    const variable = this.#variables.get(plot);
    if (variable !== undefined) {
      const code = `const selected = await ${variable}.selection();\nselected.indices`;
      await insertAndRun(editor, code, cellThatShows(editor.notebook, plot) + 1);
    }
  }

  #answer(plot: string, answer: SelectionAnswer): void {
    const message: ToFigure = { kind: "selected", plot, answer };
    void this.#messaging.postMessage(message);
  }
}

function cellThatShows(notebook: vscode.NotebookDocument, plot: string): number {
  const shows = ({ mime, data }: vscode.NotebookCellOutputItem): boolean =>
    mime === FIGURE_MIME && Buffer.from(data).includes(plot);
  const cell = notebook.getCells().find(({ outputs }) => outputs.some(({ items }) => items.some(shows)));
  return cell?.index ?? notebook.cellCount - 1;
}
