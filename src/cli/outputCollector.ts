/**
 * Turns what the kernel sends into the outputs of a saved notebook: neighbouring stream texts become one output, an update
 * of a display replaces it wherever it stands, also in earlier cells.
 */
import type { CellOutput } from "../protocol/cellOutput";
import type { NotebookCell, NotebookOutput } from "./notebook";

export class OutputCollector {
  readonly #displays = new Map<string, NotebookOutput[]>();
  /** Cells that `clear_output` with `wait` empties when their next output comes. */
  readonly #clearing = new Set<NotebookCell>();

  add(cell: NotebookCell, output: CellOutput): void {
    if (output.kind === "update") {
      this.#update(output.displayId, output.data, output.metadata);
      return;
    }
    if (output.kind === "clear") {
      if (output.wait) this.#clearing.add(cell);
      else cell.outputs = [];
      return;
    }
    if (this.#clearing.delete(cell)) cell.outputs = [];
    const outputs = (cell.outputs ??= []);
    const previous = outputs.at(-1);
    switch (output.kind) {
      case "stream":
        if (previous?.output_type === "stream" && previous.name === output.name) {
          previous.text = `${String(previous.text)}${output.text}`;
        } else {
          outputs.push({ output_type: "stream", name: output.name, text: output.text });
        }
        return;
      case "error": {
        const { ename, evalue, traceback } = output;
        outputs.push({ output_type: "error", ename, evalue, traceback: [...traceback] });
        return;
      }
      case "display":
        outputs.push(
          this.#known(output.displayId, {
            output_type: "display_data",
            data: output.data,
            metadata: output.metadata,
          }),
        );
        return;
      case "result":
        outputs.push(
          this.#known(output.displayId, {
            output_type: "execute_result",
            execution_count: output.executionCount,
            data: output.data,
            metadata: output.metadata,
          }),
        );
        return;
      default:
        output satisfies never;
    }
  }

  #known(displayId: string | undefined, output: NotebookOutput): NotebookOutput {
    if (displayId !== undefined) {
      this.#displays.set(displayId, [...(this.#displays.get(displayId) ?? []), output]);
    }
    return output;
  }

  #update(displayId: string, data: unknown, metadata: unknown): void {
    for (const output of this.#displays.get(displayId) ?? []) {
      Object.assign(output, { data, metadata });
    }
  }
}
