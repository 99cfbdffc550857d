/**
 * Executes a notebook from top to bottom in a kernel of its own, without any front end. The first failing cell ends the
 * run. Whatever happens, the kernel has ended when the promise settles.
 */
import type { CellOutput } from "../protocol/cellOutput";
import { KernelClient } from "../protocol/kernelClient";
import { launchKernel, removeRuntimeFiles, type LaunchedKernel } from "../protocol/launchKernel";
import type { ExecuteReply } from "../protocol/message";
import type { ProgressUpdate } from "../shared/labHost";
import type { Notebook, NotebookCell } from "./notebook";
import { OutputCollector } from "./outputCollector";

export interface RunNotebookOptions {
  readonly kernelFile: string;
  /** Relative paths in cells are relative to it. */
  readonly notebookFolder: string;
  /** A certain Node for the kernel. */
  readonly nodePath?: string;
  /** Time for each cell. Default: no limit. */
  readonly timeoutMs?: number;
  readonly onCell?: (position: CellPosition) => void;
  readonly onProgress?: (progress: ProgressUpdate) => void;
  readonly onOutput?: (output: CellOutput) => void;
  /** Interrupts the running cell, which ends the run. */
  readonly signal?: AbortSignal;
}

export interface CellPosition {
  readonly cell: NotebookCell;
  /** Counted over all cells of the notebook, from 1, as a person counts them. */
  readonly number: number;
  /** Counted over code cells, from 1. */
  readonly codeNumber: number;
  readonly codeCells: number;
}

export interface RunFailure extends CellPosition {
  /** The error's name and text, or what went wrong around the cell. */
  readonly reason: string;
  readonly traceback: readonly string[];
}

export interface NotebookRun {
  /** The notebook with outputs, execution counts and times, also of a run that failed. */
  readonly notebook: Notebook;
  readonly failure: RunFailure | undefined;
}

const GRACE_MS = 5_000;

/** Throws what `launchKernel` and `KernelClient.connect` throw; a failing cell is part of the answer. */
export async function runNotebook(original: Notebook, options: RunNotebookOptions): Promise<NotebookRun> {
  const notebook = structuredClone(original);
  const kernel = await launchKernel({
    kernelFile: options.kernelFile,
    notebookFolder: options.notebookFolder,
    idleExitSeconds: 60,
    ...(options.nodePath === undefined ? {} : { nodePath: options.nodePath }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  // A kernel that dies leaves nothing that would keep this process waiting for the cell's end.
  const waiting = setInterval(() => undefined, GRACE_MS);
  try {
    const client = await KernelClient.connect(kernel.address);
    client.followProcess(kernel.exited);
    const closeSession = client.openSession((message) => {
      if (message.kind === "progress") options.onProgress?.(message.progress);
    });
    const failure = await runCells(client, notebook, options);
    closeSession();
    await client.shutdown().catch(() => undefined); // A kernel that has died needs no shutdown; `end` makes sure.
    return { notebook, failure };
  } finally {
    await end(kernel);
    clearInterval(waiting);
  }
}

async function runCells(
  client: KernelClient,
  notebook: Notebook,
  options: RunNotebookOptions,
): Promise<RunFailure | undefined> {
  const isCode = (cell: NotebookCell) => cell.cell_type === "code";
  const codeCells = notebook.cells.filter(isCode).length;
  for (const cell of notebook.cells.filter(isCode)) clear(cell);
  const collector = new OutputCollector();
  let codeNumber = 0;
  for (const [index, cell] of notebook.cells.entries()) {
    if (!isCode(cell)) continue;
    codeNumber++;
    if (cell.source.trim() === "") continue;
    const position = { cell, number: index + 1, codeNumber, codeCells };
    options.onCell?.(position);
    const problem = await runCell(client, cell, collector, options);
    if (problem !== undefined) {
      return { ...position, ...problem };
    }
  }
  return undefined;
}

async function runCell(
  client: KernelClient,
  cell: NotebookCell,
  collector: OutputCollector,
  options: RunNotebookOptions,
): Promise<Pick<RunFailure, "reason" | "traceback"> | undefined> {
  const times: Record<string, string> = {};
  cell.metadata.execution = times;
  const execution = client.execute(cell.source, {
    onStart: () => (times["iopub.execute_input"] = new Date().toISOString()),
    onOutput: (output) => {
      collector.add(cell, output);
      options.onOutput?.(output);
    },
  });
  try {
    const reply = await withinTime(execution.done, client, options);
    times["shell.execute_reply"] = new Date().toISOString();
    cell.execution_count = reply.execution_count;
    switch (reply.status) {
      case "ok":
        return undefined;
      case "error":
        return { reason: `${reply.ename}: ${reply.evalue}`, traceback: reply.traceback };
      case "aborted":
        return { reason: "the kernel aborted it", traceback: [] };
    }
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error), traceback: [] };
  }
}

/** Interrupts the cell when its time is up or the signal aborts; one that does not stop then is given up. */
async function withinTime(
  done: Promise<ExecuteReply>,
  client: KernelClient,
  { timeoutMs, signal }: RunNotebookOptions,
): Promise<ExecuteReply> {
  let why: string | undefined;
  let grace: NodeJS.Timeout | undefined;
  let giveUp: (error: Error) => void = () => undefined;
  const givenUp = new Promise<never>((_, reject) => (giveUp = reject));
  const stop = (reason: string) => {
    if (why !== undefined) return;
    why = reason;
    grace = setTimeout(() => giveUp(new Error(`${reason}, and it did not stop when interrupted`)), GRACE_MS);
    client.interrupt().catch((error: unknown) => giveUp(error instanceof Error ? error : new Error(String(error))));
  };
  const onAbort = () => stop("interrupted");
  const limit =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => stop(`not finished within ${timeoutMs / 1000} s`), timeoutMs);
  signal?.addEventListener("abort", onAbort, { once: true });
  if (signal?.aborted === true) onAbort();
  try {
    const reply = await Promise.race([done, givenUp]);
    if (why !== undefined && reply.status !== "ok") throw new Error(why);
    return reply;
  } finally {
    clearTimeout(limit);
    clearTimeout(grace);
    signal?.removeEventListener("abort", onAbort);
  }
}

function clear(cell: NotebookCell): void {
  cell.outputs = [];
  cell.execution_count = null;
}

async function end(kernel: LaunchedKernel): Promise<void> {
  const late = setTimeout(() => kernel.kill(), GRACE_MS);
  await kernel.exited;
  clearTimeout(late);
  await removeRuntimeFiles(kernel);
}
