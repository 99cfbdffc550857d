/**
 * Comms as cells see them: targets that they register for front ends to open, and comms that they open themselves. What a
 * front end sends is handled as soon as the main thread is free, also while a cell awaits, and whatever its handler prints
 * belongs to the message that caused it.
 */
import type { Message } from "../../protocol/message";
import { InterruptedError } from "../../shared/graftError";
import type { ToIo } from "../link";
import { currentExecution, Execution, runAside } from "./execution";
import type { Reporter } from "./reporter";

export type CommHandler = (data: unknown, buffers: readonly Uint8Array[]) => unknown;
export type OpenHandler = (comm: CellComm, data: unknown, buffers: readonly Uint8Array[]) => unknown;

export interface CellComm {
  readonly id: string;
  readonly target: string;
  onMessage(handler: CommHandler): void;
  onClose(handler: (data: unknown) => unknown): void;
  /** `data`: anything that JSON can carry. Throws when the comm is closed. */
  send(data: unknown, buffers?: readonly ArrayBufferView[]): void;
  close(data?: unknown): void;
}

export interface CellCommsHost {
  readonly reporter: Reporter;
  readonly newId: () => string;
  /** An error that a handler has thrown. Called inside the execution that it belongs to. */
  readonly onError: (error: unknown) => void;
  /** A loop in a handler has been stopped: compiled code may run again. */
  readonly onInterrupted: () => void;
}

type CommAction = Extract<ToIo, { kind: "comm" }>["action"];

interface OpenComm {
  readonly comm: CellComm;
  readonly handlers: CommHandler[];
  readonly closeHandlers: ((data: unknown) => unknown)[];
}

interface CommContent {
  readonly comm_id: string;
  readonly target_name?: string;
  readonly data?: unknown;
}

export class CellComms {
  readonly #host: CellCommsHost;
  readonly #targets = new Map<string, OpenHandler>();
  readonly #open = new Map<string, OpenComm>();
  readonly #handling = new Set<Execution>();

  constructor(host: CellCommsHost) {
    this.#host = host;
  }

  /** The global `comms` of cells. */
  readonly api = {
    register: (name: string, onOpen: OpenHandler): void => {
      this.#targets.set(name, onOpen);
      this.#host.reporter.post({ kind: "commTarget", name, registered: true });
    },
    unregister: (name: string): void => {
      this.#targets.delete(name);
      this.#host.reporter.post({ kind: "commTarget", name, registered: false });
    },
    open: (target: string, data: unknown = {}, buffers: readonly ArrayBufferView[] = []): CellComm => {
      const { comm } = this.#newComm(this.#host.newId(), target);
      this.#post("open", comm, data, buffers);
      return comm;
    },
  };

  /** A `comm_open`, `comm_msg` or `comm_close` that is for cells. Settles when its handlers have. */
  async handle(message: Message): Promise<void> {
    const parent = JSON.stringify(message.header);
    const { reporter } = this.#host;
    const execution = new Execution(parent, message.header.msg_id, "comm", new Int32Array(new SharedArrayBuffer(4)));
    reporter.status(parent, "busy");
    this.#handling.add(execution);
    try {
      await execution.orAbandoned(runAside(execution, () => this.#dispatch(message)));
    } catch (error) {
      if (!execution.abandoned) {
        if (error instanceof InterruptedError) {
          this.#host.onInterrupted();
        }
        runAside(execution, () => this.#host.onError(error));
      }
    } finally {
      this.#handling.delete(execution);
      reporter.status(parent, "idle");
    }
  }

  /** Gives up all handlers that are at work. */
  interrupt(): void {
    for (const execution of this.#handling) {
      execution.abandon();
    }
  }

  async #dispatch({ header, content, buffers }: Message): Promise<void> {
    const { comm_id: id, target_name: target = "", data = {} } = content as CommContent;
    const opened = this.#open.get(id);
    switch (header.msg_type) {
      case "comm_open":
        await this.#openFromOutside(id, target, data, buffers);
        break;
      case "comm_msg":
        await Promise.all(opened?.handlers.map((handler) => handler(data, buffers)) ?? []);
        break;
      case "comm_close":
        this.#open.delete(id);
        await Promise.all(opened?.closeHandlers.map((handler) => handler(data)) ?? []);
        break;
      default:
    }
  }

  async #openFromOutside(id: string, target: string, data: unknown, buffers: readonly Uint8Array[]): Promise<void> {
    const { comm } = this.#newComm(id, target);
    try {
      const onOpen = this.#targets.get(target);
      if (onOpen === undefined) {
        comm.close(); // It was unregistered while this message was on its way.
        return;
      }
      await onOpen(comm, data, buffers);
    } catch (error) {
      comm.close();
      throw error;
    }
  }

  #newComm(id: string, target: string): OpenComm {
    const handlers: CommHandler[] = [];
    const closeHandlers: OpenComm["closeHandlers"] = [];
    const comm: CellComm = {
      id,
      target,
      onMessage: (handler) => void handlers.push(handler),
      onClose: (handler) => void closeHandlers.push(handler),
      send: (data, buffers = []) => {
        if (!this.#open.has(id)) {
          throw new Error(`The comm ${id} of ${target} is closed.`);
        }
        this.#post("message", comm, data, buffers);
      },
      close: (data = {}) => {
        if (this.#open.delete(id)) {
          this.#post("close", comm, data, []);
        }
      },
    };
    const opened = { comm, handlers, closeHandlers };
    this.#open.set(id, opened);
    return opened;
  }

  #post(action: CommAction, { id, target }: CellComm, data: unknown, buffers: readonly ArrayBufferView[]): void {
    const execution = currentExecution();
    if (execution?.abandoned === true) {
      return;
    }
    this.#host.reporter.post({
      kind: "comm",
      action,
      id,
      target,
      parent: execution?.parent ?? "{}",
      data: JSON.stringify(data ?? {}),
      buffers: buffers.map(bytesOf),
    });
  }
}

/** A copy: what the cell does to its array afterwards is not sent, nor the rest of the memory that the array is a part of. */
function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
}
