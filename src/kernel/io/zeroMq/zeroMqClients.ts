/**
 * Who talks to the kernel over ZeroMQ. A client is a routing identity, the same on its shell, control and stdin sockets. ZeroMQ
 * does not tell when one goes, so those that have been silent longest are forgotten.
 */
import type { Channel } from "../../../protocol/message";
import type { EncodedMessage } from "../../../protocol/wire";
import type { Client } from "../transport";

type Send = (channel: Channel, identities: readonly Uint8Array[], message: EncodedMessage) => void;

export class ZeroMqClients {
  readonly #limit: number;
  readonly #send: Send;
  readonly #onGone: (client: Client) => void;
  readonly #clients = new Map<string, Client>();

  constructor(send: Send, onGone: (client: Client) => void, limit = 256) {
    this.#limit = limit;
    this.#send = send;
    this.#onGone = onGone;
  }

  of(identities: readonly Uint8Array[]): Client {
    const key = identities.map((identity) => Buffer.from(identity).toString("hex")).join(" ");
    const client: Client = this.#clients.get(key) ?? {
      send: (message) => this.#send(message.channel, identities, message),
    };
    // Moves it to the end of the map's order.
    this.#clients.delete(key);
    this.#clients.set(key, client);
    if (this.#clients.size > this.#limit) {
      const [[oldest, gone]] = this.#clients as unknown as [[string, Client]];
      this.#clients.delete(oldest);
      this.#onGone(gone);
    }
    return client;
  }
}
