/**
 * Runs the cells of one notebook, one after the other in the order in which they were asked for. As in Jupyter, a cell
 * that fails, an interrupt and a restart drop the cells that wait behind it.
 */
import * as vscode from "vscode";
import type { CellOutput } from "../../protocol/cellOutput";
import type { KernelClient } from "../../protocol/kernelClient";
import type { ErrorContent } from "../../protocol/message";
import { GraftError } from "../../shared/graftError";
import type { KernelSession } from "../kernel/kernelSession";
import { log } from "../reportError";
import { CellOutputs, type Displays, type WithExecution } from "./cellOutputs";

interface EndedRun {
  readonly executionOrder: number | undefined;
  readonly ok: boolean;
  /** In milliseconds in the Unix epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/** Outputs that VS Code has not taken yet, above which the cell waits. */
const mostInFlight = 100;

export interface StartedCell {
  readonly cell: vscode.NotebookCell;
  /** The `msg_id` of the request that runs it. */
  readonly executionId: string;
}

export class CellRunner {
  readonly #session: KernelSession;
  readonly #controller: vscode.NotebookController;
  readonly #onStart: (started: StartedCell) => void;
  readonly #displays: Displays = new Map();
  /** How each cell ended; the document itself learns that only a moment later. */
  readonly #ended = new WeakMap<vscode.NotebookCell, EndedRun>();
  #late: Promise<void> = Promise.resolve();
  #waiting: vscode.NotebookCellExecution[] = [];
  #current: vscode.NotebookCellExecution | undefined;
  #draining: Promise<void> | undefined;

  constructor(session: KernelSession, controller: vscode.NotebookController, onStart: (started: StartedCell) => void) {
    this.#session = session;
    this.#controller = controller;
    this.#onStart = onStart;
  }

  get running(): vscode.NotebookCell | undefined {
    return this.#current?.cell;
  }

  /** Resolves when these cells have run or have been dropped. */
  async run(cells: readonly vscode.NotebookCell[]): Promise<void> {
    const known = new Set([...this.#waiting, ...(this.#current ? [this.#current] : [])].map((e) => e.cell));
    for (const cell of cells) {
      if (!known.has(cell)) {
        this.#waiting.push(this.#controller.createNotebookCellExecution(cell));
      }
    }
    this.#draining ??= this.#drain().finally(() => (this.#draining = undefined));
    await this.#draining;
  }

  /** Ends the executions of all cells that have not begun. */
  dropWaiting(): void {
    for (const execution of this.#waiting.splice(0)) {
      execution.end(undefined);
    }
  }

  async #drain(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (!(await this.#runCell(next))) {
        this.dropWaiting();
      }
    }
  }

  async #runCell(execution: vscode.NotebookCellExecution): Promise<boolean> {
    // The kernel's start is not part of the cell's time; the cell shows as pending meanwhile.
    const starting = this.#session.start();
    await Promise.allSettled([starting]);
    const startedAt = Date.now();
    execution.start(startedAt);
    this.#current = execution;
    const outputs = new CellOutputs(execution.cell, this.#displays, this.#withExecution);
    const shown = new Set<Promise<unknown>>([outputs.clear()]);
    const show = (output: CellOutput): Promise<unknown> | undefined => {
      const taken = outputs.show(output).finally(() => shown.delete(taken));
      shown.add(taken);
      // A cell that prints faster than VS Code shows is made to wait here, not to fill the memory.
      return shown.size > mostInFlight ? taken : undefined;
    };
    let ok = false;
    try {
      ok = await this.#execute(await starting, execution, show);
    } catch (error) {
      if (!(error instanceof vscode.CancellationError)) {
        void show({ kind: "error", ...this.#describeFailure(error) });
      }
    } finally {
      const endedAt = Date.now();
      await Promise.allSettled(shown);
      this.#current = undefined;
      this.#ended.set(execution.cell, { executionOrder: execution.executionOrder, startedAt, ok, endedAt });
      execution.end(ok, endedAt);
    }
    return ok;
  }

  async #execute(
    client: KernelClient,
    execution: vscode.NotebookCellExecution,
    show: (output: CellOutput) => Promise<unknown> | undefined,
  ): Promise<boolean> {
    const { id, done } = client.execute(execution.cell.document.getText(), {
      onOutput: async (output) => {
        await show(output);
      },
      onStart: (count) => (execution.executionOrder = count),
    });
    this.#onStart({ cell: execution.cell, executionId: id });
    const reply = await done;
    return reply.status === "ok";
  }

  /** The running execution may edit every cell of the notebook. Between runs, the edited cell gets one for the moment. */
  readonly #withExecution: WithExecution = (cell, action) => {
    if (this.#current !== undefined) {
      return Promise.resolve(action(this.#current));
    }
    this.#late = this.#late.then(() => this.#editLate(cell, action)).catch(reportLate);
    return this.#late;
  };

  async #editLate(cell: vscode.NotebookCell, action: Parameters<WithExecution>[1]): Promise<void> {
    if (this.#current !== undefined) {
      await action(this.#current);
      return;
    }
    if (cell.index < 0) {
      return; // The cell has been deleted.
    }
    const { executionOrder, startedAt, ok, endedAt } = this.#ended.get(cell) ?? {};
    const moment = this.#controller.createNotebookCellExecution(cell);
    moment.executionOrder = executionOrder;
    moment.start(startedAt);
    try {
      await action(moment);
    } finally {
      moment.end(ok, endedAt);
    }
  }

  #describeFailure(error: unknown): ErrorContent {
    const { death } = this.#session;
    if (error instanceof GraftError && error.code === "kernel/lost") {
      const evalue = death ?? vscode.l10n.t("The kernel was restarted while this cell ran.");
      const remedy = vscode.l10n.t("Its variables are lost: run the cells again from the top.");
      return { ename: "KernelLost", evalue, traceback: [`KernelLost: ${evalue}`, remedy] };
    }
    return error instanceof Error
      ? { ename: error.name, evalue: error.message, traceback: [] }
      : { ename: "Error", evalue: String(error), traceback: [] };
  }
}

/** Late output has no cell left that could fail. */
function reportLate(error: unknown): void {
  log().warn(`Output that came after its cell had ended is lost: ${String(error)}`);
}
