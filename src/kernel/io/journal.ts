/**
 * Keeps what executions have sent until a front end says that it has shown all of it, so that a window that was reloaded, or
 * a client that lost its socket, finds its running cell again: nothing is lost and nothing comes twice. Bounded: beyond
 * its limit the oldest executions that have ended are forgotten.
 */
import type { Message } from "../../protocol/message";
import type { EncodedMessage } from "../../protocol/wire";
import type { KeptExecution } from "../../shared/sessionState";
import { KeptMessages, replayedJson } from "./keptMessages";

/** Takes the JSON text of the data of a `replay` message. `parent`: the execution's header as JSON text. */
export type Follower = (data: string, parent: string) => void;

interface Entry {
  readonly id: string;
  readonly parent: string;
  readonly code: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly messages: KeptMessages;
  state: KeptExecution["state"];
  replied: boolean;
  idle: boolean;
  acknowledged: boolean;
  follower: Follower | undefined;
}

export interface JournalLimits {
  /** Characters of all executions together. */
  readonly characters: number;
  readonly executions: number;
}

const defaultLimits: JournalLimits = { characters: 64 * 1024 * 1024, executions: 2000 };

/** Characters of one `replay` message. */
const chunkCharacters = 2 * 1024 * 1024;

export class Journal {
  readonly #limits: JournalLimits;
  readonly #byId = new Map<string, Entry>();
  readonly #byParent = new Map<string, Entry>();
  #size = 0;

  constructor(limits = defaultLimits) {
    this.#limits = limits;
  }

  /** An `execute_request` whose execution is to be kept. `parent`: its header as JSON text. */
  asked({ header, metadata, content }: Message, parent: string): void {
    const { code } = content as { readonly code?: unknown };
    const entry: Entry = {
      id: header.msg_id,
      parent,
      code: typeof code === "string" ? code : "",
      metadata,
      messages: new KeptMessages(),
      state: "waiting",
      replied: false,
      idle: false,
      acknowledged: false,
      follower: undefined,
    };
    const namesake = this.#byId.get(entry.id);
    if (namesake !== undefined) {
      this.#forget(namesake);
    }
    this.#byId.set(entry.id, entry);
    this.#byParent.set(parent, entry);
    this.#size += sizeOf(entry);
    this.#keepBounded();
  }

  /** A message that is being sent. */
  note(message: EncodedMessage, type: string): void {
    const entry = this.#byParent.get(message.parentHeader);
    if (entry === undefined) {
      return;
    }
    const before = sizeOf(entry);
    entry.messages.add(message, type);
    this.#size += sizeOf(entry) - before;
    if (message.channel !== "iopub") {
      entry.follower?.(replayJson(entry.id, [replayedJson(message)]), entry.parent);
    }
    entry.replied ||= type === "execute_reply";
    if (type === "status") {
      entry.idle = message.content.includes('"idle"');
      entry.state = entry.idle && entry.replied ? "done" : "running";
      if (entry.state === "done" && entry.acknowledged) {
        this.#forget(entry);
      }
    }
    this.#keepBounded();
  }

  /** The execution's request for input has been answered. */
  answered(parent: string): void {
    const entry = this.#byParent.get(parent);
    if (entry !== undefined) {
      const before = sizeOf(entry);
      entry.messages.dropInputRequests();
      this.#size += sizeOf(entry) - before;
    }
  }

  list(): readonly KeptExecution[] {
    return [...this.#byId.values()].map(({ id, code, metadata, state }) => ({
      executionId: id,
      code,
      metadata,
      state,
    }));
  }

  /** Sends what there is, and from now on what will not be broadcast. Executions that are not known any more send nothing. */
  replay(id: string, follower: Follower): void {
    const entry = this.#byId.get(id);
    if (entry === undefined) {
      return;
    }
    entry.follower = follower;
    for (const chunk of chunked(entry.messages.json())) {
      follower(replayJson(id, chunk), entry.parent);
    }
  }

  acknowledge(id: string): void {
    const entry = this.#byId.get(id);
    if (entry === undefined) {
      return;
    }
    entry.acknowledged = true;
    if (entry.state === "done") {
      this.#forget(entry);
    }
  }

  unfollow(follower: Follower): void {
    for (const entry of this.#byId.values()) {
      if (entry.follower === follower) {
        entry.follower = undefined;
      }
    }
  }

  #forget(entry: Entry): void {
    this.#byId.delete(entry.id);
    this.#byParent.delete(entry.parent);
    this.#size -= sizeOf(entry);
  }

  #keepBounded(): void {
    for (const state of ["done", "waiting", "running"] as const) {
      for (const entry of this.#byId.values()) {
        if (this.#size <= this.#limits.characters && this.#byId.size <= this.#limits.executions) {
          return;
        }
        if (entry.state === state) {
          this.#forget(entry);
        }
      }
    }
  }
}

function sizeOf(entry: Entry): number {
  return entry.messages.size + entry.code.length;
}

function replayJson(id: string, messages: readonly string[]): string {
  return `{"kind":"replay","executionId":${JSON.stringify(id)},"messages":[${messages.join(",")}]}`;
}

/** At least one, also when there is nothing: it tells from where on messages arrive as usual. */
function* chunked(messages: Iterable<string>): Iterable<readonly string[]> {
  let chunk: string[] = [];
  let length = 0;
  for (const message of messages) {
    if (length > 0 && length + message.length > chunkCharacters) {
      yield chunk;
      chunk = [];
      length = 0;
    }
    chunk.push(message);
    length += message.length;
  }
  yield chunk;
}
