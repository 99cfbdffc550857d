import { expect, test } from "vitest";
import type { Writable } from "zeromq";
import { SendQueue } from "./sendQueue";

/** Refuses a second send while one is pending, as the library does. */
class SlowSocket {
  readonly sent: string[] = [];
  #pending = false;

  async send([text]: readonly string[]): Promise<void> {
    if (this.#pending) {
      throw new Error("EBUSY");
    }
    this.#pending = true;
    await new Promise(setImmediate);
    this.#pending = false;
    if (text === "bad") {
      throw new Error("cannot be sent");
    }
    this.sent.push(text ?? "");
  }
}

test("keeps order, one send at a time, and goes on after one that failed", async () => {
  const socket = new SlowSocket();
  const queue = new SendQueue(socket as unknown as Writable);
  for (const text of ["1", "bad", "2"]) {
    queue.send([text]);
  }
  await Promise.resolve();
  queue.send(["3"]);
  await queue.settled();
  expect(socket.sent).toEqual(["1", "2", "3"]);
});
