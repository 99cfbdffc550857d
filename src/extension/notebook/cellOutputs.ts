/**
 * Puts the outputs of one execution under its cell: text of one stream stays in one output, a display with a known id is
 * replaced where it stands, also from another cell. Output that comes after the cell has ended still finds its place.
 */
import type * as vscode from "vscode";
import type { CellOutput } from "../../protocol/cellOutput";
import type { StreamContent } from "../../protocol/message";
import { bundleItems, bundleOutput, errorOutput, streamItem, streamOutput, type ShownBundle } from "./outputItems";

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

  /**
   * Resolves when VS Code has taken the output. Calls may overlap: they take effect in the order in which they were made,
   * and VS Code sends those that lie close together as one.
   */
  show(output: CellOutput): Promise<unknown> {
    if (output.kind === "clear") {
      this.#clearBeforeNext = output.wait;
      return output.wait ? Promise.resolve() : this.clear();
    }
    if (output.kind === "update") {
      const display = this.#displays.get(output.displayId);
      // The same output object keeps its place and its element on the page, so a live figure does not flicker.
      return display === undefined
        ? Promise.resolve()
        : this.#withExecution(display.cell, (execution) =>
            execution.replaceOutputItems(bundleItems(output.data), display.output),
          );
    }
    const cleared = this.#clearBeforeNext ? this.clear() : undefined;
    return Promise.all([cleared, output.kind === "stream" ? this.#showStream(output) : this.#showOne(output)]);
  }

  clear(): Promise<void> {
    this.#clearBeforeNext = false;
    this.#stream = undefined;
    for (const [id, { cell }] of this.#displays) {
      if (cell === this.#cell) {
        this.#displays.delete(id);
      }
    }
    return this.#withExecution(this.#cell, (execution) => execution.clearOutput(this.#cell));
  }

  #showStream({ name, text }: StreamContent): Promise<void> {
    const { output } = this.#stream?.name === name ? this.#stream : {};
    if (output !== undefined) {
      return this.#withExecution(this.#cell, (execution) =>
        execution.appendOutputItems(streamItem(name, text), output),
      );
    }
    const first = streamOutput(name, text);
    this.#stream = { name, output: first };
    return this.#append(first);
  }

  #showOne(output: ShownBundle | Extract<CellOutput, { readonly kind: "error" }>): Promise<void> {
    this.#stream = undefined;
    if (output.kind === "error") {
      return this.#append(errorOutput(output));
    }
    const shown = bundleOutput(output);
    if (output.displayId !== undefined) {
      this.#displays.set(output.displayId, { cell: this.#cell, output: shown });
    }
    return this.#append(shown);
  }

  #append(output: vscode.NotebookCellOutput): Promise<void> {
    return this.#withExecution(this.#cell, (execution) => execution.appendOutput(output, this.#cell));
  }
}
