/** Requests and what belongs to them, the same over every transport. */
import { randomUUID } from "node:crypto";
import type { Channel, Header } from "../src/protocol/message";

type Send = (channel: Channel, header: Header, content: object) => void;

interface Pending {
  replied: boolean;
  idle: boolean;
  readonly needsIdle: boolean;
  error: string | undefined;
  readonly settle: (error: string | undefined) => void;
}

export class Conversation {
  readonly #session: string;
  readonly #send: Send;
  readonly #pending = new Map<string, Pending>();
  /** True since the first message on iopub: from then on none is missed. */
  iopubLive = false;

  constructor(session: string, send: Send) {
    this.#session = session;
    this.#send = send;
  }

  /** Answers with the execution's id. */
  execute(code: string): Promise<string> {
    const options = {
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    };
    return this.request("execute_request", { code, ...options });
  }

  /** `needsIdle` false: the reply is enough, for a time when iopub may not be connected yet. */
  request(type: string, content: object, needsIdle = true): Promise<string> {
    return new Promise((resolve, reject) => {
      const id = this.send("shell", type, content);
      const settle = (error: string | undefined): void =>
        error === undefined ? resolve(id) : reject(new Error(error));
      this.#pending.set(id, { replied: false, idle: false, needsIdle, error: undefined, settle });
    });
  }

  send(channel: Channel, type: string, content: object): string {
    const id = randomUUID();
    const date = new Date().toISOString();
    this.#send(
      channel,
      { msg_id: id, session: this.#session, username: "", date, msg_type: type, version: "5.3" },
      content,
    );
    return id;
  }

  receive(channel: Channel, type: string, parent: unknown, content: unknown): void {
    if (channel === "iopub") {
      this.iopubLive = true;
    }
    const id = (parent as { readonly msg_id?: string }).msg_id ?? "";
    const pending = this.#pending.get(id);
    if (pending === undefined) {
      return;
    }
    if (type === "status" && (content as { readonly execution_state?: string }).execution_state === "idle") {
      pending.idle = true;
    } else if (channel === "shell") {
      const { status, evalue } = content as { readonly status?: string; readonly evalue?: string };
      pending.replied = true;
      pending.error = status === "error" ? (evalue ?? "error") : undefined;
    }
    if (pending.replied && (pending.idle || !pending.needsIdle)) {
      this.#pending.delete(id);
      pending.settle(pending.error);
    }
  }
}
