/**
 * All open comms of the kernel. Targets that live beside the sockets are answered while a cell computes; those that cells have
 * registered are known here by name only, and their messages go to the main thread.
 */
import type { ToIo } from "../link";
import type { Outbox } from "./outbox";
import type { Client } from "./transport";

export interface Comm {
  readonly id: string;
  /** `parent`: header of the request that this belongs to, as JSON text. */
  send(data: object, parent: string): void;
  /** `data`: JSON text. */
  sendJson(data: string, parent: string): void;
}

export interface CommTarget {
  open(comm: Comm, parent: string): void;
  /** `data` comes from outside and is not checked. */
  message(comm: Comm, data: unknown, parent: string): void;
  close(comm: Comm): void;
}

interface OpenComm {
  readonly id: string;
  readonly name: string;
  /** Undefined: it belongs to cells. */
  readonly here?: { readonly comm: Comm; readonly target: CommTarget };
  /** Who spoke last over it; undefined when that client is gone. */
  speaker: Client | undefined;
}

/** A message of a front end over a comm. */
export interface CommMessage {
  readonly type: string;
  /** The message's header as JSON text. */
  readonly parent: string;
  readonly content: Readonly<Record<string, unknown>>;
}

/**
 * So many comms stay open whose client is gone: it may have lost its socket and come back. Beyond, the oldest are closed.
 */
const keptOrphans = 16;

export class Comms {
  readonly #outbox: Outbox;
  readonly #targets = new Map<string, CommTarget>();
  readonly #cellTargets = new Set<string>();
  readonly #open = new Map<string, OpenComm>();

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  register(name: string, target: CommTarget): void {
    this.#targets.set(name, target);
  }

  /** Cells have registered a target, or take it back. Names that are taken here stay so. */
  registerForCells({ name, registered }: Extract<ToIo, { kind: "commTarget" }>): void {
    if (registered) {
      this.#cellTargets.add(name);
    } else {
      this.#cellTargets.delete(name);
    }
  }

  /** True when the message has to go to the main thread. */
  isForCells({ type, content }: CommMessage): boolean {
    const { comm_id: id, target_name: name } = content;
    if (typeof id !== "string") {
      return false;
    }
    if (type === "comm_open") {
      return typeof name === "string" && this.#cellTargets.has(name) && !this.#targets.has(name);
    }
    const opened = this.#open.get(id);
    return opened !== undefined && opened.here === undefined;
  }

  /** Deals with a message of a front end, as far as it concerns this thread. */
  take({ type, parent, content }: CommMessage, client: Client): void {
    const { comm_id: id, target_name: name, data } = content;
    if (typeof id !== "string") {
      return;
    }
    const opened = this.#open.get(id);
    if (opened !== undefined) {
      opened.speaker = client;
    }
    switch (type) {
      case "comm_open":
        this.#close(id);
        this.#take(id, typeof name === "string" ? name : "", parent, client);
        break;
      case "comm_msg":
        opened?.here?.target.message(opened.here.comm, data, parent);
        break;
      case "comm_close":
        this.#close(id);
        break;
      default:
    }
  }

  /** Sends what a cell says over one of its comms. */
  fromCells({ action, id, target, parent, data, buffers }: Extract<ToIo, { kind: "comm" }>): void {
    if (action === "open") {
      this.#open.set(id, { id, name: target, speaker: undefined });
    } else if (action === "close") {
      this.#open.delete(id);
    }
    const named = action === "open" ? `,"target_name":${JSON.stringify(target)}` : "";
    const content = `{"comm_id":${JSON.stringify(id)}${named},"data":${data}}`;
    const type = action === "message" ? "comm_msg" : `comm_${action}`;
    this.#outbox.send({ channel: "iopub", type, parent, content, buffers });
  }

  /** A client has gone. */
  forget(client: Client): void {
    for (const opened of this.#open.values()) {
      if (opened.speaker === client) {
        opened.speaker = undefined;
      }
    }
    const orphans = [...this.#open.values()].filter(({ speaker, here }) => speaker === undefined && here !== undefined);
    for (const { id } of orphans.slice(0, -keptOrphans)) {
      this.#close(id);
    }
  }

  /** Content of a `comm_info_reply`; `target`: its name, or nothing for all. */
  info(target: unknown): object {
    const shown = [...this.#open.values()].filter(({ name }) => typeof target !== "string" || name === target);
    return { status: "ok", comms: Object.fromEntries(shown.map(({ id, name }) => [id, { target_name: name }])) };
  }

  /** Answers an unknown target with `comm_close`, as the protocol asks. */
  #take(id: string, name: string, parent: string, speaker: Client): void {
    const target = this.#targets.get(name);
    if (target === undefined && !this.#cellTargets.has(name)) {
      this.#send("comm_close", id, parent, "{}");
      return;
    }
    if (target === undefined) {
      this.#open.set(id, { id, name, speaker });
      return;
    }
    const comm: Comm = {
      id,
      send: (data, cause) => this.#send("comm_msg", id, cause, JSON.stringify(data)),
      sendJson: (data, cause) => this.#send("comm_msg", id, cause, data),
    };
    this.#open.set(id, { id, name, here: { comm, target }, speaker });
    target.open(comm, parent);
  }

  #close(id: string): void {
    const opened = this.#open.get(id);
    this.#open.delete(id);
    opened?.here?.target.close(opened.here.comm);
  }

  #send(type: "comm_msg" | "comm_close", id: string, parent: string, data: string): void {
    const content = `{"comm_id":${JSON.stringify(id)},"data":${data}}`;
    this.#outbox.send({ channel: "iopub", type, parent, content });
  }
}
