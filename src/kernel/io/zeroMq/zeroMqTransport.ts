/**
 * The kernel's door for Jupyter's own clients: five ZeroMQ sockets on the addresses of a connection file. It knows frames,
 * signatures and identities, and nothing about what messages mean. Whatever is malformed, wrongly signed or played again is
 * dropped with a line in the log. Its sockets have to be closed before the thread ends, or Node aborts.
 */
import { Router, XPublisher, type Readable } from "zeromq";
import { endpoint, type JupyterConnection } from "../../../protocol/jupyterConnection";
import type { Channel } from "../../../protocol/message";
import { MessageSigner } from "../../../protocol/signature";
import { WireError, type EncodedMessage } from "../../../protocol/wire";
import { decodeFrames, encodeFrames } from "../../../protocol/zeroMqFrames";
import type { Transport, TransportEvents } from "../transport";
import { SeenSignatures } from "./seenSignatures";
import { SendQueue } from "./sendQueue";
import { ZeroMqClients } from "./zeroMqClients";

type RequestChannel = Exclude<Channel, "iopub">;

/** How long messages that are on their way may take to leave when the sockets close. */
const lingerMs = 300;
const largestMessage = 512 * 1024 * 1024;
/** Messages that wait for one slow reader of iopub before it misses some; floods have been cut before they come here. */
const slowReaderMessages = 100_000;
const topic = "kernel.graft";
/** First byte of what an XPUB socket says about a new subscription. */
const subscribed = 1;

export class ZeroMqTransport implements Transport {
  readonly #connection: JupyterConnection;
  readonly #events: TransportEvents;
  readonly #signer: MessageSigner;
  readonly #seen = new SeenSignatures();
  readonly #clients: ZeroMqClients;
  readonly #requests: Readonly<Record<RequestChannel, Router>>;
  readonly #iopub = new XPublisher({
    linger: lingerMs,
    sendHighWaterMark: slowReaderMessages,
    verbosity: "allSubs",
  });
  readonly #heartbeat = newRouter();
  readonly #outlets: Readonly<Record<Channel, SendQueue>>;
  readonly #loops: Promise<void>[] = [];

  constructor(connection: JupyterConnection, events: TransportEvents) {
    this.#connection = connection;
    this.#events = events;
    this.#signer = new MessageSigner(connection.key);
    this.#requests = { shell: newRouter(), control: newRouter(), stdin: newRouter() };
    this.#outlets = {
      shell: new SendQueue(this.#requests.shell),
      control: new SendQueue(this.#requests.control),
      stdin: new SendQueue(this.#requests.stdin),
      iopub: new SendQueue(this.#iopub),
    };
    this.#clients = new ZeroMqClients(
      (channel, identities, message) => this.#outlets[channel].send(encodeFrames(message, identities, this.#signer)),
      (client) => events.onGone(client),
    );
  }

  /** Rejects with the system's error, e.g. `EADDRINUSE`. */
  async listen(): Promise<void> {
    const { shell, control, stdin } = this.#requests;
    await this.#heartbeat.bind(endpoint(this.#connection, "hb_port"));
    await this.#iopub.bind(endpoint(this.#connection, "iopub_port"));
    await stdin.bind(endpoint(this.#connection, "stdin_port"));
    await control.bind(endpoint(this.#connection, "control_port"));
    await shell.bind(endpoint(this.#connection, "shell_port"));
    const beat = new SendQueue(this.#heartbeat);
    this.#receive(this.#heartbeat, (frames) => beat.send(frames));
    this.#receive(this.#iopub, ([frame]) => {
      if (frame?.[0] === subscribed) {
        this.#events.onSubscribed(frame.toString("utf8", 1));
      }
    });
    for (const channel of ["shell", "control", "stdin"] as const) {
      this.#receive(this.#requests[channel], (frames) => this.#take(frames, channel));
    }
  }

  broadcast(message: EncodedMessage): void {
    this.#outlets.iopub.send(encodeFrames(message, [topic], this.#signer));
  }

  async close(): Promise<void> {
    const sent = Promise.all(Object.values(this.#outlets).map((outlet) => outlet.settled()));
    await Promise.race([sent, new Promise((resolve) => setTimeout(resolve, lingerMs))]);
    for (const socket of [...Object.values(this.#requests), this.#iopub, this.#heartbeat]) {
      socket.close();
    }
    await Promise.all(this.#loops);
  }

  #receive(socket: Readable, handle: (frames: readonly Buffer[]) => void): void {
    const loop = async (): Promise<void> => {
      // Ends when the socket is closed.
      for await (const frames of socket) {
        handle(frames);
      }
    };
    this.#loops.push(loop());
  }

  #take(frames: readonly Buffer[], channel: RequestChannel): void {
    try {
      const { identities, signature, message } = decodeFrames(frames, channel, this.#signer);
      if (!this.#seen.add(signature)) {
        throw new WireError("it was sent before");
      }
      this.#events.onMessage(message, this.#clients.of(identities));
    } catch (error) {
      if (!(error instanceof WireError)) {
        throw error;
      }
      console.error(`Dropped a message on ${channel}: ${error.message}.`);
    }
  }
}

/** A client that comes back with its identity takes over from the connection that it had. */
function newRouter(): Router {
  return new Router({ linger: lingerMs, maxMessageSize: largestMessage, handover: true, sendHighWaterMark: 0 });
}
