/**
 * Everything that leaves the kernel goes through here: it gives messages their headers and joins stream text that belongs
 * together, so that ten thousand prints are a few messages. Order is kept: text that waits goes out before anything else.
 */
import { randomUUID } from "node:crypto";
import { PROTOCOL_VERSION, type Channel } from "../../protocol/message";
import type { EncodedMessage } from "../../protocol/wire";

export interface Outgoing {
  readonly channel: Channel;
  readonly type: string;
  /** Header of the request that caused it, as JSON text; `"{}"` when there is none. */
  readonly parent: string;
  readonly content: string;
  readonly metadata?: string;
}

interface WaitingText {
  readonly parent: string;
  readonly name: "stdout" | "stderr";
  readonly parts: string[];
  length: number;
}

/** How long text waits for more text of the same stream, and how much of it may wait. */
const windowMs = 12;
const windowCharacters = 256 * 1024;

export class Outbox {
  readonly #deliver: (message: EncodedMessage, type: string) => void;
  readonly #session = randomUUID();
  #sent = 0;
  #waiting: WaitingText | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastTextMs = 0;

  constructor(deliver: (message: EncodedMessage, type: string) => void) {
    this.#deliver = deliver;
  }

  send({ channel, type, parent, content, metadata = "{}" }: Outgoing): void {
    this.flush();
    const header = JSON.stringify({
      msg_id: `${this.#session}_${this.#sent++}`,
      session: this.#session,
      username: "kernel",
      date: new Date().toISOString(),
      msg_type: type,
      version: PROTOCOL_VERSION,
    });
    this.#deliver({ channel, header, parentHeader: parent, metadata, content, buffers: [] }, type);
  }

  /** The first text after a pause goes out at once; what follows closely is joined. */
  stream(parent: string, name: "stdout" | "stderr", text: string): void {
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
    this.send({ channel: "iopub", type: "stream", parent: waiting.parent, content });
  }
}
