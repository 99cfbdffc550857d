/**
 * One execution as a front end follows it: its messages in order, each once, also when they come a second time because
 * the connection broke or because another window asked for it. It knows nothing of sockets.
 */
import type { GraftError } from "../shared/graftError";
import type { ReplayedMessage } from "../shared/sessionState";
import { outputOf, type CellOutput } from "./cellOutput";
import type { ExecuteReply } from "./message";

/** What `input_request` asks for. */
export interface InputRequest {
  readonly prompt: string;
  readonly password: boolean;
}

export interface ExecutionListener {
  /** Called for every output in order. Further messages wait while a returned promise is pending. Also called for late output, after `done`. */
  readonly onOutput?: (output: CellOutput) => void | Promise<void>;
  /**
   * Called when the kernel has begun with the cell; `startedAt` (milliseconds in the Unix epoch) is the kernel's own time
   * when that is told afterwards.
   */
  readonly onStart?: (executionCount: number, startedAt: number) => void;
  /** Called before everything that the execution has sent so far is delivered (again). */
  readonly onReplay?: () => void | Promise<void>;
  /** Answers an `input_request`; undefined: nothing is answered. Without it, cells can't ask. */
  readonly onInput?: (request: InputRequest) => Promise<string | undefined>;
}

/** A Jupyter message, whichever way it came. */
export type ExecutionMessage = Omit<ReplayedMessage, "channel"> & { readonly channel: string };

/** Where a message came from. */
type Way = "live" | "replayed";

export class ClientExecution {
  readonly id: string;
  /** Settles when reply and idle have both come and every output before them has been taken. */
  readonly done: Promise<ExecuteReply>;
  readonly #listener: ExecutionListener;
  readonly #answerInput: (value: string, requestHeader: ReplayedMessage["header"]) => void;
  readonly #inputs = new Set<unknown>();
  #resolve: (reply: ExecuteReply) => void = () => undefined;
  #reject: (error: GraftError) => void = () => undefined;
  #queue: Promise<void> = Promise.resolve();
  #awaitsReplay = false;
  #settled = false;
  #reply: ExecuteReply | undefined;
  #endedAt: number | undefined;
  #idle = false;

  constructor(
    id: string,
    listener: ExecutionListener,
    answerInput: (value: string, requestHeader: ReplayedMessage["header"]) => void,
  ) {
    this.id = id;
    this.#listener = listener;
    this.#answerInput = answerInput;
    this.done = new Promise<ExecuteReply>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.done.catch(() => undefined); // Whoever awaits it is told.
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** When the reply was sent (milliseconds in the Unix epoch), by the kernel's clock when that is told afterwards; now while it runs. */
  get endedAt(): number {
    return this.#endedAt ?? Date.now();
  }

  /** From now on live messages are left out: the replay that has been asked for begins with the first one. */
  awaitReplay(): void {
    this.#awaitsReplay = !this.#settled;
  }

  /** A message as it arrives. Resolves when it has been taken. */
  live(message: ExecutionMessage): Promise<void> {
    return this.#awaitsReplay ? Promise.resolve() : this.#enqueue(() => this.#take(message, "live"));
  }

  /** The next part of the replay. Resolves when it has been taken. */
  replay(messages: readonly ExecutionMessage[]): Promise<void> {
    if (this.#awaitsReplay) {
      this.#awaitsReplay = false;
      this.#idle = false;
      this.#reply = undefined;
      void this.#enqueue(async () => this.#listener.onReplay?.());
    }
    for (const message of messages) {
      void this.#enqueue(() => this.#take(message, "replayed"));
    }
    return this.#queue;
  }

  fail(error: GraftError): void {
    if (!this.#settled) {
      this.#settled = true;
      this.#reject(error);
    }
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    // A listener that throws has lost one output; the ones behind it still arrive.
    this.#queue = this.#queue.then(work).catch((error: unknown) => console.error(error));
    return this.#queue;
  }

  async #take(message: ExecutionMessage, way: Way): Promise<void> {
    const content = message.content;
    switch (message.header.msg_type) {
      case "execute_input": {
        const date = way === "live" ? Date.now() : timeOf(message);
        this.#listener.onStart?.(typeof content.execution_count === "number" ? content.execution_count : 0, date);
        return;
      }
      case "status":
        this.#idle ||= content.execution_state === "idle";
        this.#settleWhenDone();
        return;
      case "execute_reply":
        this.#reply = content as unknown as ExecuteReply;
        this.#endedAt = way === "live" ? Date.now() : timeOf(message);
        this.#settleWhenDone();
        return;
      case "input_request":
        this.#ask(message);
        return;
      default: {
        const output = message.channel === "iopub" ? outputOf(message) : undefined;
        if (output !== undefined) {
          await this.#listener.onOutput?.(output);
        }
      }
    }
  }

  /** Does not wait for the answer: what the cell prints meanwhile is shown. */
  #ask({ header, content }: ExecutionMessage): void {
    if (this.#inputs.has(header.msg_id) || this.#settled) {
      return; // It has come both ways.
    }
    this.#inputs.add(header.msg_id);
    const request = { prompt: textOf(content.prompt), password: content.password === true };
    void this.#listener.onInput?.(request).then((value) => {
      if (value !== undefined && !this.#settled) {
        this.#answerInput(value, header);
      }
    });
  }

  #settleWhenDone(): void {
    if (this.#idle && this.#reply !== undefined && !this.#settled) {
      this.#settled = true;
      this.#resolve(this.#reply);
    }
  }
}

function timeOf({ header }: ExecutionMessage): number {
  const time = Date.parse(textOf(header.date));
  return Number.isNaN(time) ? Date.now() : Math.min(time, Date.now());
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
