/** A notebook under test, in the real window: runs its cells through VS Code's own commands and reads what came of them. */
import { strict as assert } from "node:assert";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  commands,
  NotebookCellKind,
  NotebookEditorRevealType,
  NotebookRange,
  TabInputNotebook,
  Uri,
  window,
  workspace,
  type NotebookCell,
  type NotebookDocument,
  type Tab,
} from "vscode";

/** What a cell shows, item by item. */
export interface ShownItem {
  readonly mime: string;
  readonly text: string;
}

export class TestNotebook {
  readonly document: NotebookDocument;

  private constructor(document: NotebookDocument) {
    this.document = document;
  }

  /** Writes a notebook with these code cells into the workspace and opens it. */
  static async create(name: string, cells: readonly string[]): Promise<TestNotebook> {
    const file = join(workspaceFolder(), `${name}.ipynb`);
    await writeFile(file, JSON.stringify(notebookOf(cells)));
    return TestNotebook.open(Uri.file(file));
  }

  static async open(uri: Uri): Promise<TestNotebook> {
    // Not `openNotebookDocument`: VS Code keeps what that opens for minutes after its editor is closed.
    await commands.executeCommand("vscode.openWith", uri, "jupyter-notebook");
    await waitUntil("an open notebook", () => window.activeNotebookEditor?.notebook.uri.toString() === uri.toString());
    const document = window.activeNotebookEditor?.notebook;
    assert.ok(document);
    await commands.executeCommand("notebook.selectKernel", { id: "graft-typescript", extension: "graft.graft-lab" });
    return new TestNotebook(document);
  }

  /** The notebook that is open already, as it is. */
  static found(): TestNotebook {
    const document = window.activeNotebookEditor?.notebook;
    assert.ok(document, "no notebook is open");
    return new TestNotebook(document);
  }

  cell(index: number): NotebookCell {
    return this.document.cellAt(index);
  }

  /** Makes this the active cell, as a click does. */
  select(index: number): void {
    const editor = window.activeNotebookEditor;
    assert.ok(editor);
    editor.selection = new NotebookRange(index, index + 1);
  }

  /** Scrolls a cell to the top of the window. */
  reveal(index: number): void {
    window.activeNotebookEditor?.revealRange(new NotebookRange(index, index + 1), NotebookEditorRevealType.AtTop);
  }

  /** Runs cells `from` to `to` (without `to`) as the Run button does. Resolves when they have ended. */
  async run(from: number, to = from + 1): Promise<void> {
    // A plain object: the command does not understand `NotebookRange`.
    const ranges = [{ start: from, end: to }];
    await commands.executeCommand("notebook.cell.execute", { ranges, document: this.document.uri });
    await this.#settled(from, to);
  }

  async runAll(): Promise<void> {
    await commands.executeCommand("notebook.execute", this.document.uri);
    await this.#settled(0, this.document.cellCount);
  }

  /** The document is told a moment after the command that a cell has ended. Behind a failed cell no other one runs. */
  async #settled(from: number, to: number): Promise<void> {
    for (let index = from; index < to; index++) {
      if (this.cell(index).kind !== NotebookCellKind.Code) continue;
      const success = (): boolean | undefined => this.cell(index).executionSummary?.success;
      await waitUntil(`an end of cell ${index}`, () => success() !== undefined);
      if (success() === false) return;
    }
  }

  shown(index: number): readonly ShownItem[] {
    return this.cell(index).outputs.flatMap(({ items }) =>
      items.map(({ mime, data }) => ({ mime, text: new TextDecoder().decode(data) })),
    );
  }

  /** The cell's whole output as text. */
  text(index: number): string {
    return this.shown(index)
      .map(({ text }) => text)
      .join("\n");
  }

  /** The error output of a cell. Fails when it has none. */
  error(index: number): { readonly name: string; readonly message: string; readonly stack: string } {
    const item = this.shown(index).find(({ mime }) => mime === "application/vnd.code.notebook.error");
    assert.ok(item, `cell ${index} shows no error, but: ${this.text(index).slice(0, 500)}`);
    return JSON.parse(item.text) as { name: string; message: string; stack: string };
  }

  /** Saves and closes the editor. VS Code may keep the document for a while longer: `document.isClosed` tells. */
  async close(): Promise<void> {
    await commands.executeCommand("vscode.openWith", this.document.uri, "jupyter-notebook");
    await this.document.save();
    await commands.executeCommand("workbench.action.closeActiveEditor");
    const { uri } = this.document;
    await waitUntil("a closed editor", () =>
      window.tabGroups.all.every(({ tabs }) => !tabs.some((tab) => shows(tab, uri))),
    );
  }
}

function shows({ input }: Tab, uri: Uri): boolean {
  return input instanceof TabInputNotebook && input.uri.toString() === uri.toString();
}

/** Polls until the condition holds. Throws after `timeoutMs` (default 20 000), telling `what` was awaited. */
export async function waitUntil(what: string, condition: () => boolean, timeoutMs = 20_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Expected ${what} within ${timeoutMs / 1000} s`);
    await delay(20);
  }
}

export function workspaceFolder(): string {
  const folder = workspace.workspaceFolders?.[0];
  assert.ok(folder, "the host tests need a workspace");
  return folder.uri.fsPath;
}

function notebookOf(cells: readonly string[]): object {
  return {
    cells: cells.map((source, index) => ({
      cell_type: "code",
      execution_count: null,
      id: `cell-${index}`,
      metadata: {},
      outputs: [],
      source,
    })),
    metadata: {
      kernelspec: { display_name: "Graft (TypeScript)", language: "typescript", name: "graft" },
      language_info: { name: "typescript" },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
}
