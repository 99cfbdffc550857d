/**
 * Everything that leaves the kernel goes through here: it gives messages their headers, joins stream text that belongs
 * together, so that ten thousand prints are a few messages, and holds floods back. The order within an execution is kept:
 * text that waits goes out before anything else, and all output of a request before its reply.
 */
import { randomUUID } from "node:crypto";
import { PROTOCOL_VERSION, type Channel } from "../../protocol/message";
import type { EncodedMessage } from "../../protocol/wire";
import { FloodGate, type StreamName } from "./floodGate";
import { UpdatePacer } from "./updatePacer";

export interface Outgoing {
  readonly channel: Channel;
  readonly type: string;
  /** Header of the request that caused it, as JSON text; `"{}"` when there is none. */
  readonly parent: string;
  readonly content: string;
  readonly metadata?: string;
  readonly buffers?: readonly Uint8Array[];
}

interface WaitingText {
  readonly parent: string;
  readonly name: StreamName;
  readonly parts: string[];
  length: number;
}

/** How long text waits for more text of the same stream, and how much of it may wait. */
const windowMs = 12;
const windowCharacters = 256 * 1024;

/** Executions whose floods are watched at a time; late output can keep one alive for long. */
const gatesKept = 64;

export class Outbox {
  readonly #deliver: (message: EncodedMessage, type: string) => void;
  readonly #session = randomUUID();
  #sent = 0;
  #waiting: WaitingText | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastTextMs = 0;
  readonly #gates = new Map<string, FloodGate>();
  readonly #updates = new UpdatePacer((update) => this.#sendNow(update));

  constructor(deliver: (message: EncodedMessage, type: string) => void) {
    this.#deliver = deliver;
  }

  send(message: Outgoing): void {
    const { type, parent } = message;
    switch (type) {
      case "display_data":
        if (this.#updates.waiting > 0) {
          this.#updates.flushDisplay(displayIdOf(message));
        }
        this.#gateOf(parent).show(message);
        return;
      case "clear_output":
        this.#gateOf(parent).show(message);
        return;
      case "update_display_data":
        this.#updates.offer(displayIdOf(message), message);
        return;
      case "execute_result":
      case "error":
      case "execute_reply":
      case "input_request":
      case "status":
        this.#updates.flush(parent);
        this.#gates.get(parent)?.release();
        this.#sendNow(message);
        if (type === "status" && message.content.includes('"idle"')) {
          this.#gates.delete(parent);
        }
        return;
      default:
        this.#sendNow(message);
    }
  }

  stream(parent: string, name: StreamName, text: string): void {
    this.#gateOf(parent).text(name, text);
  }

  /** Sends all that is held back, too. */
  release(): void {
    this.#updates.flush();
    for (const gate of this.#gates.values()) {
      gate.release();
    }
    this.flush();
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = this.#waiting;
    if (waiting === undefined) {
      return;
    }
    this.#waiting = undefined;
    this.#lastTextMs = performance.now();
    const content = JSON.stringify({ name: waiting.name, text: waiting.parts.join("") });
    this.#sendNow({ channel: "iopub", type: "stream", parent: waiting.parent, content });
  }

  #sendNow({ channel, type, parent, content, metadata = "{}", buffers = [] }: Outgoing): void {
    this.flush();
    const header = JSON.stringify({
      msg_id: `${this.#session}_${this.#sent++}`,
      session: this.#session,
      username: "kernel",
      date: new Date().toISOString(),
      msg_type: type,
      version: PROTOCOL_VERSION,
    });
    this.#deliver({ channel, header, parentHeader: parent, metadata, content, buffers }, type);
  }

  #gateOf(parent: string): FloodGate {
    let gate = this.#gates.get(parent);
    if (gate === undefined) {
      gate = new FloodGate({
        text: (name, text) => this.#join(parent, name, text),
        show: (display) => this.#sendNow(display),
      });
      this.#gates.set(parent, gate);
      const [oldest] = this.#gates.keys();
      if (this.#gates.size > gatesKept && oldest !== undefined) {
        this.#gates.get(oldest)?.release();
        this.#gates.delete(oldest);
      }
    }
    return gate;
  }

  /** The first text after a pause goes out at once; what follows closely is joined. */
  #join(parent: string, name: StreamName, text: string): void {
    if (this.#waiting !== undefined && (this.#waiting.parent !== parent || this.#waiting.name !== name)) {
      this.flush();
    }
    this.#waiting ??= { parent, name, parts: [], length: 0 };
    this.#waiting.parts.push(text);
    this.#waiting.length += text.length;
    if (this.#waiting.length > windowCharacters || performance.now() - this.#lastTextMs > 4 * windowMs) {
      this.flush();
    } else {
      this.#timer ??= setTimeout(() => this.flush(), windowMs);
    }
  }
}

function displayIdOf({ content }: Outgoing): string {
  const { transient } = JSON.parse(content) as { readonly transient?: { readonly display_id?: string } };
  return transient?.display_id ?? "";
}
