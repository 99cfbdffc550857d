/**
 * What the main thread and the io thread say to each other. Contents cross as JSON text: the main thread finds out at once
 * when something cannot be sent, and the io thread never parses what it only passes on. Parents are header JSON too, `"{}"`
 * when there is none.
 */
import type { MessagePort } from "node:worker_threads";
import type { JupyterConnection } from "../protocol/jupyterConnection";
import type { Channel, Message } from "../protocol/message";
import type { TypeErrorMode } from "../protocol/launchKernel";
import type { SessionMessage } from "../shared/sessionState";
import type { TypeProblem } from "../shared/typeProblem";
import type { SelectionRequest } from "./io/sessionComms";
import type { PostCounters } from "./postWindow";
import type { TextMemory } from "./textRing";

/** How clients get in: one of the two ways, chosen at start. */
export type EntranceSetup =
  | {
      readonly kind: "gateway";
      readonly connectionFile: string;
      /** 0: any free port. */
      readonly port: number;
      readonly token: string;
      readonly kernelId: string;
      readonly idleExitSeconds: number;
    }
  | {
      readonly kind: "zeroMq";
      readonly connection: JupyterConnection;
      /** The process whose end is the kernel's too: whoever started it. Undefined: nobody's. */
      readonly parentPid: number | undefined;
    };

export interface IoSetup {
  readonly entrance: EntranceSetup;
  readonly notebookFolder: string;
  readonly typeErrors: TypeErrorMode;
  /** See `run/interrupts.ts`. */
  readonly flags: Int32Array<SharedArrayBuffer>;
  /** What cells print; see `textRing.ts`. */
  readonly text: TextMemory;
  /** Becomes 1 when all sockets are closed. */
  readonly closed: Int32Array<SharedArrayBuffer>;
  /** See `postWindow.ts`. */
  readonly posts: PostCounters;
  /** The io thread's end of the channel between the threads. */
  readonly channel: MessagePort;
}

export type ToIo =
  | {
      readonly kind: "send";
      readonly channel: Channel;
      readonly type: string;
      readonly parent: string;
      readonly content: string;
      readonly metadata?: string;
    }
  /** An execution that begins to print: its frames in the text ring have the source `2 * index`, plus 1 for stderr. */
  | { readonly kind: "source"; readonly index: number; readonly parent: string }
  /** There is text in the ring. */
  | { readonly kind: "text" }
  /** A cell that begins to run: to be checked beside it, or ahead of it when the main thread waits for `checked`. */
  | { readonly kind: "check"; readonly id: string; readonly parent: string; readonly code: string }
  /** Cells have registered a comm target, or take it back. */
  | { readonly kind: "commTarget"; readonly name: string; readonly registered: boolean }
  /** A message of a cell's comm. `data` is JSON text. */
  | {
      readonly kind: "comm";
      readonly action: "open" | "message" | "close";
      readonly id: string;
      readonly target: string;
      readonly parent: string;
      readonly data: string;
      readonly buffers: readonly Uint8Array[];
    }
  | { readonly kind: "session"; readonly parent: string; readonly message: SessionMessage }
  /** The main thread has dealt with an interrupt. */
  | { readonly kind: "interrupted" }
  /** End the process cleanly. */
  | { readonly kind: "end" };

/** Messages carry the position of the text ring at which they were sent, so that text and messages keep their order. */
export interface Posted {
  readonly message: ToIo;
  readonly textEnd: number;
  /** How much there is of it, for `postWindow.ts`. */
  readonly characters: number;
}

export type FromIo =
  | { readonly kind: "request"; readonly message: Message }
  /** A `comm_*` message for a comm of a cell. */
  | { readonly kind: "comm"; readonly message: Message }
  /** Somebody has answered the request for input that was sent last. */
  | { readonly kind: "input"; readonly value: string }
  | { readonly kind: "checked"; readonly id: string; readonly problems: readonly TypeProblem[] }
  /** Whether a front end wants to know the variables; asking again has them sent again. */
  | { readonly kind: "watchVariables"; readonly watch: boolean }
  /** What people select in figures. */
  | { readonly kind: "selection"; readonly request: SelectionRequest }
  /** `slot`: the execution that was running (`run/interrupts.ts`). */
  | { readonly kind: "interrupt"; readonly slot: number }
  /** The kernel can be reached, or could not open its sockets. */
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly code: string; readonly message: string }
  /** Sockets are closed: end the process. */
  | { readonly kind: "exit" };
