/**
 * A client of any Jupyter kernel over ZeroMQ, and a launcher of Graft's kernel the way that Jupyter starts it. It is written
 * against the protocol alone and shares no code with the kernel's own sockets, so that both cannot be wrong in the same way.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Dealer, Request, Subscriber } from "zeromq";
import { eventually, kernelFile } from "./testKernel";

export type ZeroMqChannel = "shell" | "control" | "stdin" | "iopub";

export interface ZeroMqConnection {
  readonly transport: string;
  readonly ip: string;
  readonly shell_port: number;
  readonly iopub_port: number;
  readonly stdin_port: number;
  readonly control_port: number;
  readonly hb_port: number;
  readonly key: string;
  readonly signature_scheme: string;
}

export interface ZeroMqMessage {
  readonly channel: ZeroMqChannel;
  readonly header: { readonly msg_id: string; readonly msg_type: string; readonly session: string };
  readonly parent_header: { readonly msg_id?: string };
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly content: Readonly<Record<string, unknown>>;
  readonly buffers: readonly Buffer[];
}

export interface SendOptions {
  /** Default `"shell"`. */
  readonly channel?: Exclude<ZeroMqChannel, "iopub">;
  readonly metadata?: object;
  readonly parent?: object;
  readonly buffers?: readonly Uint8Array[];
  /** Default: a new one. */
  readonly messageId?: string;
  /** How long `request` waits. Default 20 000. */
  readonly timeoutMs?: number;
}

export interface Answer {
  readonly reply: ZeroMqMessage;
  /** What came on iopub for this request, from busy to idle. */
  readonly iopub: readonly ZeroMqMessage[];
}

const delimiter = "<IDS|MSG>";

export class ZeroMqClient {
  /** Everything that has come, in order of arrival. */
  readonly received: ZeroMqMessage[] = [];
  /** Answers requests for input; undefined: they stay unanswered. */
  onInput: ((prompt: string, password: boolean) => string) | undefined;
  readonly session: string = randomUUID();
  readonly #connection: ZeroMqConnection;
  readonly #sockets: Readonly<Record<Exclude<ZeroMqChannel, "iopub">, Dealer>>;
  readonly #iopub = new Subscriber({ reconnectInterval: 5, linger: 0 });
  readonly #listeners = new Set<(message: ZeroMqMessage) => void>();
  #sending: Promise<unknown> = Promise.resolve();

  private constructor(connection: ZeroMqConnection) {
    this.#connection = connection;
    // The same identity on all sockets, as the protocol asks: requests for input find their way by it.
    const dealer = (): Dealer => new Dealer({ reconnectInterval: 5, linger: 0, routingId: this.session });
    this.#sockets = { shell: dealer(), control: dealer(), stdin: dealer() };
  }

  /** Connects and waits until the kernel answers and iopub is live, so that no later message is missed. */
  static async connect(connection: ZeroMqConnection): Promise<ZeroMqClient> {
    const client = new ZeroMqClient(connection);
    const address = (port: number): string => `tcp://${connection.ip}:${port}`;
    client.#sockets.shell.connect(address(connection.shell_port));
    client.#sockets.control.connect(address(connection.control_port));
    client.#sockets.stdin.connect(address(connection.stdin_port));
    client.#iopub.connect(address(connection.iopub_port));
    client.#iopub.subscribe();
    for (const channel of ["shell", "control", "stdin"] as const) {
      void client.#receive(client.#sockets[channel], channel);
    }
    void client.#receive(client.#iopub, "iopub");
    // A subscription takes a moment of its own; one answer seen on iopub shows that it has taken effect.
    do {
      const messageId = randomUUID();
      const answered = client.until(
        ({ channel, parent_header: { msg_id } }) => channel === "shell" && msg_id === messageId,
      );
      await client.send("kernel_info_request", {}, { messageId });
      await answered;
    } while (
      !client.received.some(({ channel, parent_header: { msg_id } }) => channel === "iopub" && msg_id !== undefined)
    );
    return client;
  }

  /** Sends and waits for the reply and for idle. */
  async request(type: string, content: object, options: SendOptions = {}): Promise<Answer> {
    const { channel = "shell" } = options;
    const messageId = options.messageId ?? randomUUID();
    const mine = ({ parent_header: { msg_id } }: ZeroMqMessage): boolean => msg_id === messageId;
    const iopub: ZeroMqMessage[] = [];
    const replied = this.until((message) => message.channel === channel && mine(message), options.timeoutMs);
    const idle = this.until((message) => {
      if (message.channel !== "iopub" || !mine(message)) {
        return false;
      }
      iopub.push(message);
      return message.header.msg_type === "status" && message.content.execution_state === "idle";
    }, options.timeoutMs);
    await this.send(type, content, { ...options, messageId });
    const [reply] = await Promise.all([replied, idle]);
    return { reply, iopub };
  }

  /** Runs a cell. */
  execute(code: string, options: object = {}): Promise<Answer> {
    const defaults = {
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: this.onInput !== undefined,
      stop_on_error: true,
    };
    return this.request("execute_request", { code, ...defaults, ...options });
  }

  /** Sends and answers with the message's id. */
  async send(type: string, content: object, options: SendOptions = {}): Promise<string> {
    const id = options.messageId ?? randomUUID();
    await this.sendRaw(this.framesOf(type, content, { ...options, messageId: id }), options.channel);
    return id;
  }

  /** The frames of a message, signed, to be sent by `sendRaw` as they are or after they have been tampered with. */
  framesOf(type: string, content: object, options: SendOptions = {}): (string | Uint8Array)[] {
    const header = {
      msg_id: options.messageId ?? randomUUID(),
      session: this.session,
      username: "test",
      date: new Date().toISOString(),
      msg_type: type,
      version: "5.4",
    };
    const parts = [header, options.parent ?? {}, options.metadata ?? {}, content].map((part) => JSON.stringify(part));
    return [delimiter, this.signatureOf(parts), ...parts, ...(options.buffers ?? [])];
  }

  /** Signature of the four parts of a message. */
  signatureOf(parts: readonly (string | Uint8Array)[]): string {
    const hmac = createHmac("sha256", this.#connection.key);
    for (const part of parts) {
      hmac.update(part);
    }
    return hmac.digest("hex");
  }

  /** Sends frames as they are: forged, malformed, replayed. */
  async sendRaw(
    frames: readonly (string | Uint8Array)[],
    channel: Exclude<ZeroMqChannel, "iopub"> = "shell",
  ): Promise<void> {
    // The library takes one pending send at a time.
    const sent = this.#sending.then(() => this.#sockets[channel].send([...frames]));
    this.#sending = sent.catch(() => undefined);
    await sent;
  }

  /** The first message from now on that the predicate accepts. Rejects after `timeoutMs`. */
  until(accepts: (message: ZeroMqMessage) => boolean, timeoutMs = 20_000): Promise<ZeroMqMessage> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        stop();
        const types = this.received.slice(-12).map(({ channel, header }) => `${channel}:${header.msg_type}`);
        reject(new Error(`No such message within ${timeoutMs} ms; the last ones were ${types.join(", ")}.`));
      }, timeoutMs);
      const stop = this.onMessage((message) => {
        if (accepts(message)) {
          clearTimeout(timer);
          stop();
          resolve(message);
        }
      });
    });
  }

  /** Calls the listener with each message; the returned function ends that. */
  onMessage(listener: (message: ZeroMqMessage) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Milliseconds until the heartbeat came back. */
  async heartbeat(): Promise<number> {
    const socket = new Request({ linger: 0, receiveTimeout: 5_000 });
    try {
      socket.connect(`tcp://${this.#connection.ip}:${this.#connection.hb_port}`);
      const started = performance.now();
      await socket.send("ping");
      const [answer] = await socket.receive();
      if (answer?.toString() !== "ping") {
        throw new Error(`The heartbeat came back as ${String(answer)}.`);
      }
      return performance.now() - started;
    } finally {
      socket.close();
    }
  }

  dispose(): void {
    for (const socket of [...Object.values(this.#sockets), this.#iopub]) {
      socket.close();
    }
    this.#listeners.clear();
  }

  async #receive(socket: Dealer | Subscriber, channel: ZeroMqChannel): Promise<void> {
    for await (const frames of socket) {
      const start = frames.findIndex((frame) => frame.toString() === delimiter);
      const [signature, ...parts] = frames.slice(start + 1, start + 6);
      if (signature?.toString() !== this.signatureOf(parts)) {
        throw new Error(`The kernel sent a message on ${channel} whose signature is wrong.`);
      }
      const [header, parent_header, metadata, content] = parts.map((part) => JSON.parse(part.toString()) as never);
      const buffers = frames.slice(start + 6);
      this.#take({
        channel,
        header: header!,
        parent_header: parent_header!,
        metadata: metadata!,
        content: content!,
        buffers,
      });
    }
  }

  #take(message: ZeroMqMessage): void {
    this.received.push(message);
    if (message.header.msg_type === "input_request" && this.onInput !== undefined) {
      const { prompt, password } = message.content;
      const value = this.onInput(String(prompt), password === true);
      void this.send("input_reply", { status: "ok", value }, { channel: "stdin", parent: message.header });
    }
    for (const listener of this.#listeners) {
      listener(message);
    }
  }
}

export interface ZeroMqKernelOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments of the kernel beside the connection file. Default: types are not checked. */
  readonly args?: readonly string[];
  /** Changes to the connection file. */
  readonly connection?: object;
}

/** Graft's kernel with ZeroMQ sockets, in a folder of its own. */
export interface ZeroMqKernel {
  readonly folder: string;
  readonly connectionFile: string;
  readonly connection: ZeroMqConnection;
  readonly process: ChildProcess;
  /** Settles when the process has ended, with the exit code or the name of the signal. */
  readonly exited: Promise<number | NodeJS.Signals>;
  /** What the process has written to stderr so far. */
  readonly log: () => string;
  /** Ends the kernel by a shutdown request and throws when it ends in any other way. */
  end(client: ZeroMqClient): Promise<void>;
  /** Ends it at once. */
  kill(): Promise<void>;
}

/** Does not wait until the kernel is ready: `ZeroMqClient.connect` does. */
export async function startZeroMqKernel(options: ZeroMqKernelOptions = {}): Promise<ZeroMqKernel> {
  const folder = mkdtempSync(join(tmpdir(), "graft-zmq-"));
  const connectionFile = join(folder, "connection.json");
  const connection = { ...(await newConnection()), ...options.connection };
  writeFileSync(connectionFile, JSON.stringify(connection), { mode: 0o600 });
  const args = options.args ?? ["--type-errors", "off"];
  const child = spawn(process.execPath, [kernelFile, "--jupyter-connection-file", connectionFile, ...args], {
    stdio: ["ignore", "ignore", "pipe"],
    cwd: folder,
    env: { ...process.env, ...options.env },
  });
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
  const exited = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once("exit", (code, signal) => resolve(signal ?? code ?? -1));
  });
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  return {
    folder,
    connectionFile,
    connection,
    process: child,
    exited,
    log: () => log,
    end: async (client) => {
      await client.send("shutdown_request", { restart: false }, { channel: "control" });
      const how = await exited;
      client.dispose();
      remove();
      if (how !== 0) {
        throw new Error(`The kernel ended with ${how}:\n${log}`);
      }
    },
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
      remove();
    },
  };
}

/** Text of the result among these messages, if there is one. */
export function resultOf(iopub: readonly ZeroMqMessage[]): string | undefined {
  const result = iopub.find(({ header }) => header.msg_type === "execute_result");
  return (result?.content.data as { readonly "text/plain"?: string } | undefined)?.["text/plain"];
}

export interface Launcher {
  readonly process: ChildProcess;
  readonly connection: ZeroMqConnection;
  remove(): void;
}

/** A process that has started a kernel as Jupyter does and goes on running; the kernel is its child, not ours. */
export async function startLauncher(): Promise<Launcher> {
  const folder = mkdtempSync(join(tmpdir(), "graft-launcher-"));
  const connectionFile = join(folder, "connection.json");
  const connection = await newConnection();
  writeFileSync(connectionFile, JSON.stringify(connection), { mode: 0o600 });
  const code = `
    const [kernelFile, connectionFile] = process.argv.slice(1);
    const env = { ...process.env, JPY_PARENT_PID: String(process.pid) };
    const args = [kernelFile, "--jupyter-connection-file", connectionFile, "--type-errors", "off"];
    require("node:child_process").spawn(process.execPath, args, { stdio: "ignore", detached: true, env });
    setInterval(() => undefined, 1000);`;
  const launcher = spawn(process.execPath, ["-e", code, kernelFile, connectionFile], { stdio: "ignore", cwd: folder });
  return { process: launcher, connection, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

async function newConnection(): Promise<ZeroMqConnection> {
  const servers = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await eventually(() => (server.listening ? true : undefined));
      return server;
    }),
  );
  const [shell, iopub, stdin, control, heartbeat] = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return {
    transport: "tcp",
    ip: "127.0.0.1",
    shell_port: shell!,
    iopub_port: iopub!,
    stdin_port: stdin!,
    control_port: control!,
    hb_port: heartbeat!,
    key: randomUUID(),
    signature_scheme: "hmac-sha256",
  };
}
