/** One run of one cell as VS Code shows it: pending, running, ended; its outputs go under the cell in order. */
import type * as vscode from "vscode";
import type { CellOutput } from "../../protocol/cellOutput";
import { CellOutputs, type Displays, type WithExecution } from "./cellOutputs";

/** Outputs that VS Code has not taken yet, above which the cell waits. */
const mostInFlight = 100;

export class CellRun {
  readonly cell: vscode.NotebookCell;
  readonly execution: vscode.NotebookCellExecution;
  readonly #outputs: CellOutputs;
  readonly #inFlight = new Set<Promise<unknown>>();
  #state: "waiting" | "running" | "ended" = "waiting";
  #startedAt = 0;

  constructor(execution: vscode.NotebookCellExecution, displays: Displays, withExecution: WithExecution) {
    this.cell = execution.cell;
    this.execution = execution;
    this.#outputs = new CellOutputs(execution.cell, displays, withExecution);
  }

  get state(): "waiting" | "running" | "ended" {
    return this.#state;
  }

  /** In milliseconds in the Unix epoch; 0 while it waits. */
  get startedAt(): number {
    return this.#startedAt;
  }

  /** Shows the cell as running and empties it. Does nothing when it runs already. */
  begin(startedAt: number): void {
    if (this.#state === "waiting") {
      this.#state = "running";
      this.#startedAt = startedAt;
      this.execution.start(startedAt);
      this.clear();
    }
  }

  /** Empties a running cell. */
  clear(): void {
    if (this.#state === "running") {
      void this.#track(this.#outputs.clear());
    }
  }

  /** A promise comes back when VS Code should be given time: a cell that prints faster than it shows is made to wait here, not to fill the memory. */
  show(output: CellOutput): Promise<unknown> | undefined {
    const taken = this.#track(this.#outputs.show(output));
    return this.#inFlight.size > mostInFlight ? taken : undefined;
  }

  /** Resolves when VS Code has taken everything. `ok` undefined: it did not run, or nobody knows how it ended. */
  async end(ok: boolean | undefined, endedAt: number): Promise<void> {
    await Promise.allSettled(this.#inFlight);
    this.#state = "ended";
    this.execution.end(ok, endedAt);
  }

  #track(work: Promise<unknown>): Promise<unknown> {
    const taken = work.finally(() => this.#inFlight.delete(taken));
    this.#inFlight.add(taken);
    return taken;
  }
}
