/**
 * Runs requests one after the other on the main thread. It promises busy and idle around each, a reply to each, and that a
 * failing cell neither ends the kernel nor leaves half a conversation behind.
 */
import type { ExecuteRequest, ExecuteReply, Message } from "../../protocol/message";
import type { TypeErrorMode } from "../../protocol/launchKernel";
import { GraftError } from "../../shared/graftError";
import type { TypeProblem } from "../../shared/typeProblem";
import type { CompiledCell } from "../cell/compileCell";
import { isComplete } from "../cell/isComplete";
import { codeExcerpt } from "./codeExcerpt";
import { describeError } from "./describeError";
import { evaluateCell, prepareCell, type CellContext } from "./evaluateCell";
import { Execution } from "./execution";
import { InputHistory } from "./inputHistory";
import type { Interrupts } from "./interrupts";
import { mimeBundleOf } from "./mimeBundleOf";
import type { Prompts } from "./prompts";
import { payloadOf } from "./pager";
import type { Reporter } from "./reporter";

export interface ExecutorOptions {
  readonly context: CellContext;
  readonly reporter: Reporter;
  readonly interrupts: Interrupts;
  readonly prompts: Prompts;
  readonly typeErrors: TypeErrorMode;
  /** Takes in requests that have arrived and were not delivered yet. */
  readonly drain: () => void;
  /** Writes a line to the kernel's log, not under a cell. */
  readonly log: (text: string) => void;
  /** Called around each execution. */
  readonly onBegin: () => void;
  readonly onEnd: (execution: Execution) => void;
}

export class Executor {
  readonly #options: ExecutorOptions;
  readonly #queue: Message[] = [];
  readonly #history = new InputHistory();
  readonly #checks = new Map<string, (problems: readonly TypeProblem[]) => void>();
  #working = false;
  #count = 0;
  #silent = 0;

  constructor(options: ExecutorOptions) {
    this.#options = options;
  }

  get executionCount(): number {
    return this.#count;
  }

  enqueue(message: Message): void {
    this.#queue.push(message);
    if (!this.#working) {
      void this.#work();
    }
  }

  /** The language worker has looked at a cell that waits for it. */
  checked(id: string, problems: readonly TypeProblem[]): void {
    this.#checks.get(id)?.(problems);
    this.#checks.delete(id);
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (let message = this.#queue.shift(); message !== undefined; message = this.#queue.shift()) {
      const parent = JSON.stringify(message.header);
      const { reporter } = this.#options;
      reporter.status(parent, "busy");
      try {
        await this.#handle(message, parent);
      } finally {
        reporter.status(parent, "idle");
      }
    }
    this.#working = false;
  }

  async #handle(message: Message, parent: string): Promise<void> {
    const { reporter } = this.#options;
    switch (message.header.msg_type) {
      case "execute_request":
        await this.#execute(message, parent);
        break;
      case "is_complete_request": {
        const { code } = message.content as { readonly code?: unknown };
        reporter.reply(message.channel, parent, "is_complete_reply", isComplete(typeof code === "string" ? code : ""));
        break;
      }
      case "history_request":
        reporter.reply(message.channel, parent, "history_reply", {
          status: "ok",
          history: this.#history.find(message.content as Record<string, unknown>),
        });
        break;
      default:
        // Jupyter's kernels stay silent on types that they do not know; the log says why nothing happened.
        this.#options.log(`Unknown message type ${message.header.msg_type}.`);
    }
  }

  async #execute(message: Message, parent: string): Promise<void> {
    const { reporter, interrupts, prompts, onBegin, onEnd } = this.#options;
    const request = requestOf(message.content);
    if (request === undefined) {
      const error = describeError(badRequest(message.content), { code: "", fileName: "" });
      reporter.reply(message.channel, parent, "execute_reply", {
        status: "error",
        execution_count: this.#count,
        ...error,
      });
      return;
    }
    const stored = request.store_history && !request.silent;
    const fileName = stored ? `Cell [${++this.#count}]` : `Cell [hidden ${++this.#silent}]`;
    const execution = new Execution(parent, message.header.msg_id, fileName, interrupts.nextFlag());
    interrupts.begin(execution);
    prompts.begin(execution, request.allow_stdin);
    if (stored) {
      this.#history.add(this.#count, request.code);
    }
    onBegin();
    if (!request.silent) {
      reporter.publish(parent, "execute_input", { code: request.code, execution_count: this.#count });
    }
    let reply: ExecuteReply;
    try {
      await this.#run(request, execution);
      const user_expressions = await this.#userExpressions(request, execution);
      reply = { status: "ok", execution_count: this.#count, user_expressions, payload: payloadOf(execution) };
    } catch (thrown) {
      const error = describeError(thrown, { code: request.code, fileName });
      if (!request.silent) {
        reporter.publish(parent, "error", error);
      }
      reply = { status: "error", execution_count: this.#count, ...error };
    }
    // Rejections that nobody handles are reported in the next turn; they belong before the reply.
    await new Promise(setImmediate);
    interrupts.end();
    prompts.end(execution);
    onEnd(execution);
    reporter.reply(message.channel, parent, "execute_reply", reply);
    if (reply.status === "error" && request.stop_on_error) {
      this.#abortQueue();
    }
  }

  async #run(request: ExecuteRequest, execution: Execution): Promise<void> {
    const { context, reporter } = this.#options;
    const cell = await this.#prepare(request, execution);
    const value = await evaluateCell(cell, execution, context);
    const data = request.silent ? undefined : mimeBundleOf(value);
    if (data !== undefined && !execution.abandoned) {
      const content = { data, metadata: {}, transient: {}, execution_count: this.#count };
      reporter.publish(execution.parent, "execute_result", content);
      if (request.store_history && typeof data["text/plain"] === "string") {
        this.#history.addOutput(this.#count, data["text/plain"]);
      }
    }
  }

  /** Compiles the cell and tells front ends what it declares and uses. */
  async #prepare(request: ExecuteRequest, execution: Execution): Promise<CompiledCell> {
    const { context, reporter } = this.#options;
    const stored = request.store_history && !request.silent;
    let cell: CompiledCell | undefined;
    try {
      const compiled = prepareCell(request.code, execution.fileName, context);
      if (stored) {
        await this.#check(request.code, execution);
      }
      return (cell = compiled);
    } finally {
      if (stored) {
        reporter.session(execution.parent, {
          kind: "ran",
          executionId: execution.id,
          defines: [...(cell?.declared.keys() ?? [])],
          uses: cell?.uses ?? [],
        });
      }
    }
  }

  /** Makes the cell known to the language service, which checks it beside its run, or ahead of it when type errors are to stop it. */
  async #check(code: string, execution: Execution): Promise<void> {
    const { typeErrors, reporter } = this.#options;
    const { id, parent } = execution;
    if (typeErrors !== "stop") {
      reporter.post({ kind: "check", id, parent, code });
      return;
    }
    const problems = new Promise<readonly TypeProblem[]>((resolve) => this.#checks.set(id, resolve));
    reporter.post({ kind: "check", id, parent, code });
    const found = await execution.orAbandoned(problems);
    if (found.length > 0) {
      throw new TypeCheckError(found, code);
    }
  }

  async #userExpressions(request: ExecuteRequest, execution: Execution): Promise<Record<string, unknown>> {
    const results: Record<string, unknown> = {};
    for (const [name, code] of Object.entries(request.user_expressions)) {
      try {
        const cell = prepareCell(code, execution.fileName, this.#options.context);
        const value = await evaluateCell(cell, execution, this.#options.context);
        results[name] = { status: "ok", data: mimeBundleOf(value) ?? { "text/plain": "undefined" }, metadata: {} };
      } catch (thrown) {
        results[name] = { status: "error", ...describeError(thrown, { code, fileName: execution.fileName }) };
      }
    }
    return results;
  }

  #abortQueue(): void {
    const { reporter, drain } = this.#options;
    drain();
    const kept: Message[] = [];
    for (const message of this.#queue.splice(0)) {
      if (message.header.msg_type !== "execute_request") {
        kept.push(message);
        continue;
      }
      const parent = JSON.stringify(message.header);
      const reply: ExecuteReply = { status: "aborted", execution_count: this.#count };
      reporter.status(parent, "busy");
      reporter.reply(message.channel, parent, "execute_reply", reply);
      reporter.status(parent, "idle");
    }
    this.#queue.push(...kept);
  }
}

/** Type errors with the setting `stop`: the cell did not run. */
export class TypeCheckError extends Error {
  override readonly name = "TypeCheckError";

  constructor(problems: readonly TypeProblem[], code: string) {
    const lines = problems.map(
      ({ line, column, message, code: number }) =>
        `line ${line}: ${message} (TS${number})\n${codeExcerpt(code, line, column)}`,
    );
    super(`The cell was not run, because its types are wrong.\n${lines.join("\n")}`);
  }
}

/** Undefined when there is no code. */
function requestOf(content: unknown): ExecuteRequest | undefined {
  const request = content as Partial<ExecuteRequest>;
  if (typeof request.code !== "string") {
    return undefined;
  }
  return {
    code: request.code,
    silent: request.silent === true,
    store_history: request.store_history !== false,
    user_expressions: request.user_expressions ?? {},
    allow_stdin: request.allow_stdin === true,
    stop_on_error: request.stop_on_error !== false,
  };
}

function badRequest(content: unknown): GraftError {
  return new GraftError({
    code: "kernel/bad-request",
    expected: "an execute_request with code as text",
    found: typeof (content as { readonly code?: unknown }).code,
    remedy: "Mend the client",
  });
}
