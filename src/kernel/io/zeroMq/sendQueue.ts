import type { Writable } from "zeromq";

export type Frames = readonly (string | Uint8Array)[];

/**
 * Sends in order, whatever the caller's pace: the library allows one pending send a socket and makes every 512th wait for
 * the next turn of the loop. What can go at once goes at once.
 */
export class SendQueue {
  readonly #socket: Writable;
  #waiting: Frames[] = [];
  #sending: Promise<void> | undefined;

  constructor(socket: Writable) {
    this.#socket = socket;
  }

  send(frames: Frames): void {
    this.#waiting.push(frames);
    this.#sending ??= this.#sendAll().finally(() => (this.#sending = undefined));
  }

  /** Settles when all has been handed to the system. */
  async settled(): Promise<void> {
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      for (const frames of batch) {
        try {
          await this.#socket.send([...frames]);
        } catch (error) {
          console.error(`A message could not be sent: ${(error as Error).message}`);
        }
      }
    }
  }
}
