/**
 * The comms of target `graft.session`. They live beside the sockets, so a front end that connects while a cell computes is
 * told the state at once.
 */
import { SESSION_COMM_TARGET, type SessionMessage } from "../../shared/sessionState";
import type { Outbox } from "./outbox";

export class SessionComms {
  readonly #outbox: Outbox;
  readonly #open = new Set<string>();
  #state: SessionMessage | undefined;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /** Answers an unknown target with `comm_close`, as the protocol asks. */
  open(parent: string, content: unknown): void {
    const { comm_id: id, target_name: target } = content as { comm_id?: unknown; target_name?: unknown };
    if (typeof id !== "string") {
      return;
    }
    if (target !== SESSION_COMM_TARGET) {
      this.#send("comm_close", id, parent, {});
      return;
    }
    this.#open.add(id);
    if (this.#state !== undefined) {
      this.#send("comm_msg", id, parent, this.#state);
    }
  }

  close(content: unknown): void {
    const { comm_id: id } = content as { comm_id?: unknown };
    if (typeof id === "string") {
      this.#open.delete(id);
    }
  }

  publish(message: SessionMessage, parent: string): void {
    if (message.kind === "state") {
      this.#state = message;
    }
    for (const id of this.#open) {
      this.#send("comm_msg", id, parent, message);
    }
  }

  /** Content of a `comm_info_reply`. */
  info(target: unknown): object {
    const shown = target === undefined || target === null || target === SESSION_COMM_TARGET ? [...this.#open] : [];
    return { status: "ok", comms: Object.fromEntries(shown.map((id) => [id, { target_name: SESSION_COMM_TARGET }])) };
  }

  #send(type: "comm_msg" | "comm_close", id: string, parent: string, data: object): void {
    this.#outbox.send({ channel: "iopub", type, parent, content: JSON.stringify({ comm_id: id, data }) });
  }
}
