/**
 * Runs the cells of one notebook. They are sent to the kernel at once and wait there, so that they run on when the window
 * is reloaded; the next window takes up those that are not over (`resume`). As in Jupyter, a cell that fails, an interrupt
 * and a restart drop the cells that wait behind it.
 */
import * as vscode from "vscode";
import type { CellOutput } from "../../protocol/cellOutput";
import type { ExecutionListener } from "../../protocol/clientExecution";
import type { Execution, KernelClient } from "../../protocol/kernelClient";
import type { KeptExecution } from "../../shared/sessionState";
import type { KernelSession } from "../kernel/kernelSession";
import { openNotebook } from "../kernel/kernelSessions";
import { log } from "../reportError";
import { cellOf, requestMetadata } from "./cellIdentity";
import type { Displays, WithExecution } from "./cellOutputs";
import { CellRun } from "./cellRun";
import { describeFailure } from "./describeFailure";
import { askForInput } from "./inputBox";

interface EndedRun {
  readonly executionOrder: number | undefined;
  readonly ok: boolean | undefined;
  /** In milliseconds in the Unix epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
}

export interface StartedCell {
  readonly cell: vscode.NotebookCell;
  /** The `msg_id` of the request that runs it. */
  readonly executionId: string;
  /** The cell's text as it was sent. */
  readonly code: string;
}

export class CellRunner {
  readonly #session: KernelSession;
  readonly #controller: vscode.NotebookController;
  readonly #onStart: (started: StartedCell) => void;
  readonly #displays: Displays = new Map();
  /** How each cell ended; the document itself learns that only a moment later. */
  readonly #ended = new WeakMap<vscode.NotebookCell, EndedRun>();
  /** Waiting and running, in the order in which they were asked for. */
  readonly #active = new Map<vscode.NotebookCell, CellRun>();
  /** Those of them whose end the kernel has not told, in the same order. */
  readonly #unanswered = new Set<CellRun>();
  readonly #executionIds = new Set<string>();
  /** Number of the last cell that this kernel has begun. */
  #count = 0;
  #client: KernelClient | undefined;
  #late: Promise<void> = Promise.resolve();
  #current: CellRun | undefined;

  constructor(session: KernelSession, controller: vscode.NotebookController, onStart: (started: StartedCell) => void) {
    this.#session = session;
    this.#controller = controller;
    this.#onStart = onStart;
  }

  get running(): vscode.NotebookCell | undefined {
    return this.#current?.cell;
  }

  /**
   * The cell that ran when the kernel died. `named`: the one that its log names, as `"Cell [3]"`; the messages about the last
   * cells may not have come through any more. Without it, the first cell of which no end is known.
   */
  lastRun(named: string | undefined): vscode.NotebookCell | undefined {
    const number = Number(/\d+/.exec(named ?? "")?.[0]);
    let count = this.#count;
    for (const { cell, execution } of this.#unanswered) {
      count = execution.executionOrder ?? count + 1;
      if (count === number) {
        return cell;
      }
    }
    return this.#unanswered.values().next().value?.cell;
  }

  /** Resolves when these cells have run or have been dropped. */
  async run(cells: readonly vscode.NotebookCell[]): Promise<void> {
    const runs = cells.filter((cell) => !this.#active.has(cell)).map((cell) => this.#add(cell));
    let client: KernelClient;
    try {
      client = await this.#session.start();
    } catch (error) {
      await Promise.all(runs.map((run) => this.#fail(run, error)));
      return;
    }
    await Promise.all(runs.filter(({ state }) => state === "waiting").map((run) => this.#execute(client, run)));
  }

  /** Takes up what an earlier window has asked for and not seen to its end, each under its cell. */
  async resume(client: KernelClient, executions: readonly KeptExecution[]): Promise<void> {
    const notebook = openNotebook(this.#session.notebook);
    const unknown = executions.filter(({ executionId }) => !this.#executionIds.has(executionId));
    const latest = new Map<vscode.NotebookCell, KeptExecution>();
    for (const kept of unknown) {
      const cell = cellOf(kept, notebook?.getCells() ?? []);
      const earlier = cell === undefined ? kept : latest.get(cell);
      if (earlier?.state === "done") {
        client.acknowledge(earlier.executionId); // Its cell is gone, or has been run again.
      }
      if (cell !== undefined && !this.#active.has(cell)) {
        latest.set(cell, kept);
      }
    }
    await Promise.all(
      [...latest].map(([cell, kept]) => {
        const run = this.#add(cell);
        return this.#see(client, run, kept.code, (listener) => client.resume(kept, listener));
      }),
    );
  }

  /** Ends the executions of all cells that the kernel has not been sent. */
  async dropUnsent(): Promise<void> {
    if (this.#session.client === undefined) {
      await Promise.all([...this.#active.values()].map((run) => this.#end(run, undefined, Date.now())));
    }
  }

  #add(cell: vscode.NotebookCell): CellRun {
    const run = new CellRun(this.#controller.createNotebookCellExecution(cell), this.#displays, this.#withExecution);
    this.#active.set(cell, run);
    this.#unanswered.add(run);
    return run;
  }

  #execute(client: KernelClient, run: CellRun): Promise<void> {
    const code = run.cell.document.getText();
    return this.#see(client, run, code, (listener) =>
      client.execute(code, { ...listener, metadata: requestMetadata(run.cell) }),
    );
  }

  /** Follows an execution to its end. */
  async #see(
    client: KernelClient,
    run: CellRun,
    code: string,
    begin: (listener: ExecutionListener) => Execution,
  ): Promise<void> {
    if (this.#client !== client) {
      this.#client = client;
      this.#count = 0;
    }
    const over = new vscode.CancellationTokenSource();
    try {
      const execution = begin({
        onStart: (count, startedAt) => {
          this.#begin(run, startedAt);
          run.execution.executionOrder = count;
          this.#count = count;
        },
        onReplay: () => run.clear(),
        onOutput: async (output) => {
          await run.show(output);
        },
        onInput: (request) => askForInput(request, run.cell, over.token, () => this.#session.interrupt()),
      });
      this.#executionIds.add(execution.id);
      this.#onStart({ cell: run.cell, executionId: execution.id, code });
      const reply = await execution.done;
      this.#unanswered.delete(run);
      await this.#end(run, reply.status === "aborted" ? undefined : reply.status === "ok", execution.endedAt);
      client.acknowledge(execution.id);
    } catch (error) {
      await this.#fail(run, error);
    } finally {
      over.cancel();
      over.dispose();
    }
  }

  #begin(run: CellRun, startedAt: number): void {
    if (run.state === "waiting") {
      this.#current = run;
      run.begin(startedAt);
    }
  }

  /**
   * Of several cells that have lost their kernel, the one that ran says why. Those before it have succeeded, for a cell that
   * fails lets none behind it run; only the message has not come through.
   */
  async #fail(run: CellRun, error: unknown): Promise<void> {
    const order = [...this.#unanswered];
    const culprit = order.findIndex(({ cell }) => cell === this.lastRun(this.#session.death?.cell));
    if (run.state === "ended") {
      return;
    }
    const place = order.indexOf(run) - culprit;
    if (place < 0) {
      this.#begin(run, Date.now());
      await this.#end(run, true, Date.now());
      return;
    }
    if (place > 0 || (run.state === "waiting" && error instanceof vscode.CancellationError)) {
      await this.#end(run, undefined, Date.now());
      return;
    }
    this.#begin(run, Date.now());
    const endedAt = Date.now();
    if (!(error instanceof vscode.CancellationError)) {
      const shown: CellOutput = { kind: "error", ...(await describeFailure(error, this.#session)) };
      void run.show(shown);
    }
    await this.#end(run, false, endedAt);
  }

  async #end(run: CellRun, ok: boolean | undefined, endedAt: number): Promise<void> {
    const { startedAt, cell, execution } = run;
    const ended = { executionOrder: execution.executionOrder, startedAt, ok, endedAt: Math.max(startedAt, endedAt) };
    if (startedAt > 0) {
      this.#ended.set(cell, ended);
    }
    await run.end(ok, ended.endedAt);
    this.#active.delete(cell);
    this.#unanswered.delete(run);
    if (this.#current === run) {
      this.#current = undefined;
    }
  }

  /** The running execution may edit every cell of the notebook. Between runs, the edited cell gets one for the moment. */
  readonly #withExecution: WithExecution = (cell, action) => {
    if (this.#current?.state === "running") {
      return Promise.resolve(action(this.#current.execution));
    }
    this.#late = this.#late.then(() => this.#editLate(cell, action)).catch(reportLate);
    return this.#late;
  };

  async #editLate(cell: vscode.NotebookCell, action: Parameters<WithExecution>[1]): Promise<void> {
    if (this.#current?.state === "running") {
      await action(this.#current.execution);
      return;
    }
    if (cell.index < 0 || this.#active.has(cell)) {
      return; // The cell has been deleted, or is about to be emptied for its next run.
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
}

/** Late output has no cell left that could fail. */
function reportLate(error: unknown): void {
  log().warn(`Output that came after its cell had ended is lost: ${String(error)}`);
}
