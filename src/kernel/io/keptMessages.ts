/**
 * What one execution has sent, as far as somebody who comes later needs it to show the same: neighbouring text of a stream
 * is joined, an update of a display replaces the one before, and `clear_output` empties what came before it.
 */
import type { EncodedMessage } from "../../protocol/wire";
import { BoundedText, grouped, type BoundedTextLimits } from "./boundedText";

interface Kept {
  readonly type: string;
  readonly message: EncodedMessage;
  /** Of a stream; its message is the first of those that were joined. */
  readonly text?: { readonly name: string; readonly bounded: BoundedText };
  readonly displayId?: string;
  size: number;
}

export interface KeptMessagesLimits {
  /** Of the text of one stream that nothing interrupts. */
  readonly text: BoundedTextLimits;
  /** Characters of all messages together. */
  readonly total: number;
}

const defaultLimits: KeptMessagesLimits = {
  text: { head: 1024 * 1024, tail: 256 * 1024 },
  total: 16 * 1024 * 1024,
};

/** What a message costs beyond its content. */
const overhead = 500;

export class KeptMessages {
  readonly #limits: KeptMessagesLimits;
  readonly #kept = new Set<Kept>();
  readonly #updates = new Map<string, Kept>();
  readonly #statuses = new Set<string>();
  #last: Kept | undefined;
  #clearsNext = false;
  #size = 0;
  #firstDropped: Kept | undefined;
  #droppedCount = 0;

  constructor(limits: KeptMessagesLimits = defaultLimits) {
    this.#limits = limits;
  }

  /** Characters. */
  get size(): number {
    return this.#size;
  }

  /** Takes types that are no part of what an execution shows without keeping them. */
  add(message: EncodedMessage, type: string): void {
    switch (type) {
      case "stream":
        this.#beforeOutput();
        this.#addText(message);
        break;
      case "display_data":
      case "execute_result":
      case "error":
        this.#beforeOutput();
        this.#add(message, type, displayIdOf(message));
        break;
      case "update_display_data":
        this.#addUpdate(message);
        break;
      case "clear_output":
        this.#clearsNext = (JSON.parse(message.content) as { wait?: unknown }).wait === true;
        if (!this.#clearsNext) {
          this.#clear();
        }
        this.#add(message, type);
        break;
      case "status":
        // Repeated when something else was answered in between; once is enough.
        if (!this.#statuses.has(message.content)) {
          this.#statuses.add(message.content);
          this.#add(message, type);
        }
        break;
      case "execute_reply":
        this.dropInputRequests();
        this.#add(message, type);
        break;
      case "execute_input":
      case "input_request":
        this.#add(message, type);
        break;
      default:
    }
    this.#keepBounded();
  }

  /** They have been answered or given up. */
  dropInputRequests(): void {
    for (const kept of this.#kept) {
      if (kept.type === "input_request") {
        this.#delete(kept);
      }
    }
  }

  /** Each as the JSON text of a `ReplayedMessage`, in order. */
  *json(): Iterable<string> {
    let told = this.#firstDropped === undefined;
    for (const kept of this.#kept) {
      if (!told && isOutput(kept)) {
        told = true;
        yield replayedJson(this.#dropNotice(this.#firstDropped!.message));
      }
      yield replayedJson(kept.text === undefined ? kept.message : streamMessage(kept.message, kept.text));
    }
  }

  #addText(message: EncodedMessage): void {
    const { name, text } = JSON.parse(message.content) as { readonly name: string; readonly text: string };
    let kept = this.#last;
    if (kept?.text?.name !== name) {
      kept = this.#add({ ...message, content: "" }, "stream", undefined, {
        name,
        bounded: new BoundedText(this.#limits.text),
      });
    }
    const { bounded } = kept.text!;
    const before = bounded.length;
    bounded.append(text);
    kept.size += bounded.length - before;
    this.#size += bounded.length - before;
  }

  #addUpdate(message: EncodedMessage): void {
    const id = displayIdOf(message) ?? "";
    const earlier = this.#updates.get(id);
    if (earlier !== undefined) {
      this.#delete(earlier);
    }
    this.#updates.set(id, this.#add(message, "update_display_data", id));
  }

  #add(message: EncodedMessage, type: string, displayId?: string, text?: Kept["text"]): Kept {
    const kept: Kept = {
      type,
      message,
      size: message.content.length + overhead,
      ...(text === undefined ? {} : { text }),
      ...(displayId === undefined ? {} : { displayId }),
    };
    this.#kept.add(kept);
    this.#size += kept.size;
    this.#last = kept;
    return kept;
  }

  #delete(kept: Kept): void {
    if (this.#kept.delete(kept)) {
      this.#size -= kept.size;
      if (this.#last === kept) {
        this.#last = undefined;
      }
      if (kept.type === "update_display_data") {
        this.#updates.delete(kept.displayId!);
      }
    }
  }

  #beforeOutput(): void {
    if (this.#clearsNext) {
      this.#clearsNext = false;
      this.#clear();
    }
  }

  /** Updates of displays that other executions have shown stay. */
  #clear(): void {
    const cleared = new Set<string>();
    for (const kept of this.#kept) {
      if (isOutput(kept) && kept.type !== "update_display_data") {
        this.#delete(kept);
        if (kept.displayId !== undefined) {
          cleared.add(kept.displayId);
        }
      }
    }
    for (const id of cleared) {
      const update = this.#updates.get(id);
      if (update !== undefined) {
        this.#delete(update);
      }
    }
    this.#firstDropped = undefined;
    this.#droppedCount = 0;
  }

  #keepBounded(): void {
    if (this.#size <= this.#limits.total) {
      return;
    }
    for (const kept of this.#kept) {
      if (this.#size <= this.#limits.total) {
        break;
      }
      if (isOutput(kept)) {
        this.#firstDropped ??= { ...kept, message: { ...kept.message, content: "" } };
        this.#droppedCount++;
        this.#delete(kept);
      }
    }
  }

  #dropNotice(message: EncodedMessage): EncodedMessage {
    const text = `… ${grouped(this.#droppedCount)} earlier outputs are no longer kept …\n`;
    return { ...message, header: retyped(message.header, "stream"), content: JSON.stringify({ name: "stderr", text }) };
  }
}

function isOutput({ type }: Kept): boolean {
  return ["stream", "display_data", "update_display_data", "execute_result", "error", "clear_output"].includes(type);
}

function displayIdOf({ content }: EncodedMessage): string | undefined {
  const { transient } = JSON.parse(content) as { transient?: { display_id?: unknown } };
  return typeof transient?.display_id === "string" ? transient.display_id : undefined;
}

function streamMessage(message: EncodedMessage, { name, bounded }: NonNullable<Kept["text"]>): EncodedMessage {
  return { ...message, content: JSON.stringify({ name, text: bounded.toString() }) };
}

function retyped(header: string, type: string): string {
  return JSON.stringify({ ...(JSON.parse(header) as object), msg_type: type });
}

export function replayedJson({ channel, header, parentHeader, metadata, content }: EncodedMessage): string {
  return `{"channel":"${channel}","header":${header},"parent_header":${parentHeader},"metadata":${metadata},"content":${content}}`;
}
