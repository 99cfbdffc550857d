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

/** The output that text of a stream goes to. */
interface ShownStream {
  readonly name: StreamContent["name"];
  readonly output: vscode.NotebookCellOutput;
  /** Settles when VS Code has taken it with its first text. */
  readonly begun: Promise<void>;
}

export class CellOutputs {
  readonly #cell: vscode.NotebookCell;
  readonly #displays: Displays;
  readonly #withExecution: WithExecution;
  #stream: ShownStream | undefined;
  #clearBeforeNext = false;
  /** How often the cell has been emptied. */
  #clears = 0;

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
    this.#clears++;
    for (const [id, { cell }] of this.#displays) {
      if (cell === this.#cell) {
        this.#displays.delete(id);
      }
    }
    return this.#withExecution(this.#cell, (execution) => execution.clearOutput(this.#cell));
  }

  #showStream({ name, text }: StreamContent): Promise<void> {
    if (this.#stream?.name === name) {
      return this.#showMore(this.#stream, text);
    }
    const output = streamOutput(name, text);
    const begun = this.#append(output);
    this.#stream = { name, output, begun };
    return begun;
  }

  /**
   * Never in one go with the output's first text: of an output and more text for it that come together, VS Code 1.139 tells its
   * extensions the text twice (the output that it sends them has it already). What a person sees and saves has it once.
   */
  async #showMore({ name, output, begun }: ShownStream, text: string): Promise<void> {
    const clears = this.#clears;
    await begun;
    if (clears === this.#clears) {
      await this.#withExecution(this.#cell, (execution) => execution.appendOutputItems(streamItem(name, text), output));
    }
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
