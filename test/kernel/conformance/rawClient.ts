/**
 * What the conformance suite needs of a client, whatever the transport: it sends what it is told, also wrong things, and
 * keeps every message that arrives.
 */
import { randomUUID } from "node:crypto";
import { WebSocket } from "ws";
import type { Channel, Header, Message } from "../../../src/protocol/message";
import type { KernelAddress } from "../../../src/protocol/kernelAddress";
import { decodeFrame, encodeFrame, V1_SUBPROTOCOL } from "../../../src/protocol/wire";
import { eventually } from "../testKernel";

export interface SendOptions {
  /** Default: `"shell"`. */
  readonly channel?: Channel;
  readonly id?: string;
  readonly metadata?: object;
  /** Default: none. */
  readonly parent?: object;
  readonly buffers?: readonly Uint8Array[];
}

/** One way of carrying messages. */
export interface Wire {
  /** The parts as JSON text, so that they can be wrong. */
  send(channel: Channel, parts: WireParts): void;
  /** Something that is no message. */
  sendGarbage(): void;
  /** Reads nothing any more, until `resume`. */
  pause(): void;
  resume(): void;
  isClosed(): boolean;
  close(): void;
}

export interface WireParts {
  readonly header: string;
  readonly parentHeader: string;
  readonly metadata: string;
  readonly content: string;
  readonly buffers: readonly Uint8Array[];
}

export type Connect = (onMessage: (message: Message) => void) => Promise<Wire>;

export class RawClient {
  readonly received: Message[] = [];
  readonly session: string = randomUUID();
  #wire: Wire | undefined;

  static async connect(connect: Connect): Promise<RawClient> {
    const client = new RawClient();
    client.#wire = await connect((message) => client.received.push(message));
    return client;
  }

  get wire(): Wire {
    return this.#wire!;
  }

  /** Returns the `msg_id`. */
  send(type: string, content: unknown, options: SendOptions = {}): string {
    const id = options.id ?? randomUUID();
    const header: Header = {
      msg_id: id,
      session: this.session,
      username: "conformance",
      date: new Date().toISOString(),
      msg_type: type,
      version: "5.4",
    };
    this.wire.send(options.channel ?? "shell", {
      header: JSON.stringify(header),
      parentHeader: JSON.stringify(options.parent ?? {}),
      metadata: JSON.stringify(options.metadata ?? {}),
      content: JSON.stringify(content),
      buffers: options.buffers ?? [],
    });
    return id;
  }

  execute(code: string, content: object = {}, options: SendOptions = {}): string {
    return this.send(
      "execute_request",
      {
        code,
        silent: false,
        store_history: true,
        user_expressions: {},
        allow_stdin: false,
        stop_on_error: true,
        ...content,
      },
      options,
    );
  }

  /** Messages that belong to a request, in the order in which they arrived. */
  of(id: string): readonly Message[] {
    return this.received.filter((message) => (message.parent_header as Partial<Header>).msg_id === id);
  }

  /** The first message of a request that fits. */
  until(id: string, type: string, timeoutMs = 20_000): Promise<Message> {
    return eventually(() => this.of(id).find((message) => message.header.msg_type === type), timeoutMs);
  }

  /** Waits for reply and idle, and gives all messages of the request. */
  async done(id: string, timeoutMs = 20_000): Promise<readonly Message[]> {
    await eventually(() => (this.of(id).some(isReply) && this.of(id).some(isIdle) ? true : undefined), timeoutMs);
    return this.of(id);
  }

  async request(type: string, content: unknown, options: SendOptions = {}): Promise<Answer> {
    return answerIn(await this.done(this.send(type, content, options)));
  }

  async run(code: string, content: object = {}, options: SendOptions = {}): Promise<Answer> {
    return answerIn(await this.done(this.execute(code, content, options)));
  }

  close(): void {
    this.wire.close();
  }
}

/** A request's reply and what was published because of it. */
export interface Answer {
  readonly reply: Record<string, unknown>;
  readonly replyType: string;
  readonly messages: readonly Message[];
  /** Types on iopub without `status` and `execute_input`. */
  readonly outputs: readonly Message<Record<string, unknown>>[];
}

export function answerIn(messages: readonly Message[]): Answer {
  const reply = messages.find(isReply)!;
  const outputs = messages.filter(
    ({ channel, header }) => channel === "iopub" && !["status", "execute_input", "comm_msg"].includes(header.msg_type),
  ) as Message<Record<string, unknown>>[];
  return { reply: reply.content as Record<string, unknown>, replyType: reply.header.msg_type, messages, outputs };
}

export function isReply({ channel, header }: Message): boolean {
  return (channel === "shell" || channel === "control") && header.msg_type.endsWith("_reply");
}

export function isIdle({ header, content }: Message): boolean {
  return header.msg_type === "status" && (content as { execution_state?: unknown }).execution_state === "idle";
}

/** Text of the stream messages among these. */
export function textIn(messages: readonly Message[]): string {
  return messages
    .filter(({ header }) => header.msg_type === "stream")
    .map(({ content }) => (content as { text: string }).text)
    .join("");
}

/** Through the kernel's own gateway. */
export function overWebSocket({ url, token, kernelId }: KernelAddress): Connect {
  return async (onMessage) => {
    const address = `${url.replace("http", "ws")}api/kernels/${kernelId}/channels?token=${token}`;
    const socket = new WebSocket(address, [V1_SUBPROTOCOL], { maxPayload: 1024 * 1024 * 1024 });
    socket.on("message", (data: Buffer) => onMessage(decodeFrame(data, "v1")));
    await new Promise<void>((resolve, reject) => {
      socket.once("open", () => resolve());
      socket.once("error", reject);
    });
    return {
      send: (channel, parts) => socket.send(encodeFrame({ channel, ...parts }, "v1")),
      sendGarbage: () => socket.send(Buffer.alloc(64, 255)),
      pause: () => socket.pause(),
      resume: () => socket.resume(),
      isClosed: () => socket.readyState === WebSocket.CLOSED,
      close: () => socket.close(),
    };
  };
}
