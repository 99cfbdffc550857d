/**
 * Puts the outputs of one execution under its cell: text of one stream stays in one output, a display with a known id is
 * replaced where it stands, also from another cell. Output that comes after the cell has ended still finds its place.
 */
import type * as vscode from "vscode";
import type { CellOutput } from "../../protocol/cellOutput";
import type { StreamContent } from "../../protocol/message";
import { bundleItems, bundleOutput, errorOutput, streamItem, streamOutput } from "./outputItems";

/** The displays of one notebook that can still be updated, by display id. */
export type Displays = Map<string, { readonly cell: vscode.NotebookCell; readonly output: vscode.NotebookCellOutput }>;

/** Runs the action with an execution that may edit outputs of this cell's notebook. */
export type WithExecution = (
  cell: vscode.NotebookCell,
  action: (execution: vscode.NotebookCellExecution) => Thenable<void>,
) => Promise<void>;

export class CellOutputs {
  readonly #cell: vscode.NotebookCell;
  readonly #displays: Displays;
  readonly #withExecution: WithExecution;
  #stream: { readonly name: StreamContent["name"]; readonly output: vscode.NotebookCellOutput } | undefined;
  #clearBeforeNext = false;

  constructor(cell: vscode.NotebookCell, displays: Displays, withExecution: WithExecution) {
    this.#cell = cell;
    this.#displays = displays;
    this.#withExecution = withExecution;
  }

  /** Resolves when VS Code has taken the output. Calls must not overlap. */
  async show(output: CellOutput): Promise<void> {
    if (output.kind === "clear") {
      this.#clearBeforeNext = output.wait;
      if (!output.wait) {
        await this.clear();
      }
      return;
    }
    if (output.kind === "update") {
      const display = this.#displays.get(output.displayId);
      if (display !== undefined) {
        // The same output object keeps its place and its element on the page, so a live figure does not flicker.
        await this.#withExecution(display.cell, (execution) =>
          execution.replaceOutputItems(bundleItems(output.data), display.output),
        );
      }
      return;
    }
    if (this.#clearBeforeNext) {
      await this.clear();
    }
    if (output.kind === "stream") {
      await this.#showStream(output.name, output.text);
      return;
    }
    this.#stream = undefined;
    const shown = output.kind === "error" ? errorOutput(output) : bundleOutput(output);
    if (output.kind !== "error" && output.displayId !== undefined) {
      this.#displays.set(output.displayId, { cell: this.#cell, output: shown });
    }
    await this.#append(shown);
  }

  async clear(): Promise<void> {
    this.#clearBeforeNext = false;
    this.#stream = undefined;
    for (const [id, { cell }] of this.#displays) {
      if (cell === this.#cell) {
        this.#displays.delete(id);
      }
    }
    await this.#withExecution(this.#cell, (execution) => execution.clearOutput(this.#cell));
  }

  async #showStream(name: StreamContent["name"], text: string): Promise<void> {
    const { output } = this.#stream?.name === name ? this.#stream : {};
    if (output !== undefined) {
      await this.#withExecution(this.#cell, (execution) => execution.appendOutputItems(streamItem(name, text), output));
      return;
    }
    const first = streamOutput(name, text);
    this.#stream = { name, output: first };
    await this.#append(first);
  }

  #append(output: vscode.NotebookCellOutput): Promise<void> {
    return this.#withExecution(this.#cell, (execution) => execution.appendOutput(output, this.#cell));
  }
}
