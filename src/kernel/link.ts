/**
 * What the main thread and the io thread say to each other. Contents cross as JSON text: the main thread finds out at once
 * when something cannot be sent, and the io thread never parses what it only passes on. Parents are header JSON too, `"{}"`
 * when there is none.
 */
import type { MessagePort } from "node:worker_threads";
import type { Channel, Message } from "../protocol/message";
import type { TypeErrorMode } from "../protocol/launchKernel";
import type { SessionMessage } from "../shared/sessionState";
import type { TypeProblem } from "../shared/typeProblem";
import type { TextMemory } from "./textRing";

export interface IoSetup {
  readonly connectionFile: string;
  readonly notebookFolder: string;
  /** 0: any free port. */
  readonly port: number;
  readonly token: string;
  readonly kernelId: string;
  readonly idleExitSeconds: number;
  readonly typeErrors: TypeErrorMode;
  /** See `run/interrupts.ts`. */
  readonly flags: Int32Array<SharedArrayBuffer>;
  /** What cells print; see `textRing.ts`. */
  readonly text: TextMemory;
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
  | { readonly kind: "session"; readonly parent: string; readonly message: SessionMessage }
  /** The main thread has dealt with an interrupt. */
  | { readonly kind: "interrupted" }
  /** End the process cleanly. */
  | { readonly kind: "end" };

/** Messages carry the position of the text ring at which they were sent, so that text and messages keep their order. */
export interface Posted {
  readonly message: ToIo;
  readonly textEnd: number;
}

export type FromIo =
  | { readonly kind: "request"; readonly message: Message }
  | { readonly kind: "checked"; readonly id: string; readonly problems: readonly TypeProblem[] }
  /** `slot`: the execution that was running (`run/interrupts.ts`). */
  | { readonly kind: "interrupt"; readonly slot: number }
  /** The gateway listens, or could not. */
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly code: string; readonly message: string }
  /** Sockets are closed: end the process. */
  | { readonly kind: "exit" };
