/**
 * A way into the kernel: sockets and frames, and nothing about what messages mean. The router stands behind all transports
 * and knows none of them.
 */
import type { Message } from "../../protocol/message";
import type { EncodedMessage } from "../../protocol/wire";

export interface Transport {
  /** Rejects with the system's error, e.g. `EADDRINUSE`. */
  listen(): Promise<void>;
  /** Sends to every client. */
  broadcast(message: EncodedMessage): void;
  /** Lets what is on its way arrive, then closes everything. */
  close(): Promise<void>;
}

/** Somebody who asks; replies go there. */
export interface Client {
  send(message: EncodedMessage): void;
}

export interface TransportEvents {
  onMessage(message: Message, client: Client): void;
  onInterrupt(): void;
  onShutdown(): void;
  /** Somebody has subscribed to messages on iopub; only over ZeroMQ. */
  onSubscribed(topic: string): void;
  /** A client has gone: what it asked needs no answer. */
  onGone(client: Client): void;
  executionState(): string;
}
