/**
 * A client of one kernel, local or behind a Jupyter Server, over `@jupyterlab/services`. It promises: outputs arrive in the
 * order in which the kernel sent them, and an execution is done when its reply AND its idle status have come. When the
 * connection breaks, running executions are taken up again where the kernel has the comm `graft.session`. It never
 * starts or ends a process by itself.
 */
import { KernelAPI, KernelConnection, ServerConnection, type Kernel, type KernelMessage } from "@jupyterlab/services";
import { GraftError } from "../shared/graftError";
import type { KeptExecution, SessionMessage, SessionRequest } from "../shared/sessionState";
import { outputOf } from "./cellOutput";
import { ClientExecution, type ExecutionListener, type ExecutionMessage } from "./clientExecution";
import type { KernelAddress } from "./kernelAddress";
import type { ExecuteReply } from "./message";
import { SessionComm } from "./sessionComm";

export interface ExecuteOptions extends ExecutionListener {
  /** Default true: a failing cell aborts the requests that wait behind it. */
  readonly stopOnError?: boolean;
  /** Default false. */
  readonly silent?: boolean;
  /** Goes into the request's metadata: what tells a later window which cell this is. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export interface Execution {
  /** The request's `msg_id`. */
  readonly id: string;
  /** Settles when reply and idle have both come. Rejects with `kernel/lost` when the kernel goes away first. */
  readonly done: Promise<ExecuteReply>;
  /** When it was done, in milliseconds in the Unix epoch; now while it is not. */
  readonly endedAt: number;
}

/** `restarted`: it died, and its server has started it anew without being asked to. */
export type KernelStatus = "starting" | "idle" | "busy" | "disconnected" | "restarted" | "dead";

/** How long to wait before the next attempt after the library has given up connecting. */
const reconnectMs = 10_000;

export class KernelClient {
  readonly address: KernelAddress;
  readonly #connection: KernelConnection;
  readonly #session: SessionComm;
  readonly #executions = new Map<string, ClientExecution>();
  readonly #displays = new Map<string, ClientExecution>();
  readonly #statusListeners = new Set<(status: KernelStatus) => void>();
  #connected = false;
  #broken = false;

  private constructor(address: KernelAddress, connection: KernelConnection) {
    this.address = address;
    this.#connection = connection;
    this.#session = new SessionComm(connection);
    connection.statusChanged.connect(() => this.#announce());
    connection.connectionStatusChanged.connect((_, status) => {
      this.#onConnection(status);
      this.#announce();
    });
    // Not through the library's futures, which know only what this very connection has asked.
    connection.iopubMessage.connect((_, message) => {
      if ("msg_id" in message.parent_header) {
        this.#onIopub(message.parent_header.msg_id, plainMessage(message));
      }
    });
  }

  /** Connects and waits for the kernel's first answer. Throws `kernel/unreachable`. */
  static async connect(address: KernelAddress, timeoutMs = 20_000): Promise<KernelClient> {
    const model = { id: address.kernelId, name: "graft" };
    const connection = new KernelConnection({ model, serverSettings: serverSettings(address), handleComms: true });
    const client = new KernelClient(address, connection);
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(unreachable(address, `no answer within ${timeoutMs / 1000} s`)), timeoutMs);
    });
    try {
      await Promise.race([connection.info, client.#untilDead(), tooLate]);
      return client;
    } catch (error) {
      client.dispose();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  get status(): KernelStatus {
    if (this.#connection.isDisposed || this.#connection.status === "dead") {
      return "dead";
    }
    if (this.#connection.connectionStatus !== "connected") {
      return "disconnected";
    }
    const { status } = this.#connection;
    if (status === "autorestarting") {
      return "restarted";
    }
    return status === "idle" || status === "busy" ? status : "starting";
  }

  /** Calls the listener on each change; the returned function ends that. */
  onStatus(listener: (status: KernelStatus) => void): () => void {
    this.#statusListeners.add(listener);
    return () => void this.#statusListeners.delete(listener);
  }

  /** Throws `kernel/lost` when the kernel is gone. */
  execute(code: string, options: ExecuteOptions = {}): Execution {
    if (this.status === "dead") {
      throw lost("it had ended before");
    }
    const silent = options.silent ?? false;
    const future = this.#connection.requestExecute(
      {
        code,
        silent,
        store_history: !silent,
        user_expressions: {},
        allow_stdin: options.onInput !== undefined,
        stop_on_error: options.stopOnError ?? true,
      },
      true,
      { ...options.metadata } as KernelMessage.IMessage["metadata"],
    );
    const execution = this.#follow(future.msg.header.msg_id, options);
    future.onReply = (message) => execution.live(plainMessage(message));
    future.onStdin = (message) => execution.live(plainMessage(message));
    future.done.catch(() => undefined); // `execution` is told by `#fail`.
    return execution;
  }

  /**
   * Takes up an execution that the session has listed as kept: everything that it has sent, then what it goes on to send.
   * Needs an open session.
   */
  resume({ executionId }: Pick<KeptExecution, "executionId">, listener: ExecutionListener = {}): Execution {
    const execution = this.#follow(executionId, listener);
    execution.awaitReplay();
    this.#session.send({ kind: "replay", executionId });
    return execution;
  }

  /** All of this execution has been shown: the kernel may forget it. Without an open session, nothing happens. */
  acknowledge(executionId: string): void {
    this.#session.send({ kind: "acknowledge", executionId });
  }

  async complete(code: string, cursor: number): Promise<KernelMessage.ICompleteReplyMsg["content"]> {
    const reply = await this.#connection.requestComplete({ code, cursor_pos: cursor });
    return reply.content;
  }

  async isComplete(code: string): Promise<KernelMessage.IIsCompleteReplyMsg["content"]> {
    const reply = await this.#connection.requestIsComplete({ code });
    return reply.content;
  }

  /**
   * Ties this client to a process: when that ends, running executions are rejected at once instead of after the library's
   * attempts to connect again.
   */
  followProcess(exited: Promise<number | NodeJS.Signals>): void {
    void exited.then((how) => {
      this.#fail(`its process ended with ${how}`);
      if (!this.#connection.isDisposed) {
        this.#connection.dispose();
        this.#tellStatus("dead");
      }
    });
  }

  /**
   * Listens on the comm `graft.session`, which is opened with the first listener and again whenever the connection is made
   * anew. The first message is a `state`, where the kernel has told one. The returned function ends the listening.
   */
  openSession(listener: (message: SessionMessage) => void): () => void {
    if (!this.#session.isOpen) {
      this.#session.listen((message) => this.#onSession(message));
    }
    return this.#session.listen(listener);
  }

  /** Asks over the comm `graft.session`, which has to be open. */
  ask(request: SessionRequest): void {
    this.#session.send(request);
  }

  /** Stops the running cell; variables stay. Harmless when nothing runs. */
  async interrupt(): Promise<void> {
    await this.#connection.interrupt();
  }

  /** Has the server that owns the kernel restart it; running executions reject with `kernel/lost`. */
  async restart(): Promise<void> {
    this.#fail("it was restarted");
    await this.#connection.restart();
  }

  /** Asks the kernel to end, which it does within a second even while a cell computes, and lets go of it. */
  async shutdown(): Promise<void> {
    try {
      await this.#connection.shutdown();
    } finally {
      this.dispose();
    }
  }

  /** Lets go of the kernel, which lives on. */
  dispose(): void {
    if (!this.#connection.isDisposed) {
      this.#connection.dispose();
    }
    this.#fail("this client has let go of it");
    this.#statusListeners.clear();
  }

  /** The connection underneath, for what this class does not offer. */
  get connection(): Kernel.IKernelConnection {
    return this.#connection;
  }

  #follow(id: string, listener: ExecutionListener): ClientExecution {
    const execution = new ClientExecution(id, listener, (value, header) =>
      this.#connection.sendInputReply(
        { status: "ok", value },
        header as unknown as KernelMessage.IHeader<"input_request">,
      ),
    );
    // It stays registered after it is done, so that late output still finds its cell.
    this.#executions.set(id, execution);
    return execution;
  }

  /** An update of a display goes to the execution that has shown it. */
  #onIopub(parentId: string, message: ExecutionMessage): void {
    const execution = this.#executions.get(parentId);
    const output = outputOf(message);
    const displayId = output !== undefined && "displayId" in output ? output.displayId : undefined;
    if (output?.kind === "update") {
      void (this.#displays.get(output.displayId) ?? execution)?.live(message);
      return;
    }
    if (displayId !== undefined && execution !== undefined) {
      this.#displays.set(displayId, execution);
    }
    void execution?.live(message);
  }

  #onConnection(status: Kernel.ConnectionStatus): void {
    if (status === "connected") {
      this.#connected = true;
      if (this.#broken) {
        this.#session.open();
      }
      return;
    }
    if (this.#connected) {
      // What is sent from now on may be lost; all of it will be asked for again.
      this.#broken = this.#session.isOpen;
      if (this.#session.known) {
        this.#forRunning((execution) => execution.awaitReplay());
      }
      if (status === "disconnected" && !this.#connection.isDisposed) {
        setTimeout(() => void this.#connectAgain(), reconnectMs).unref();
      }
    }
  }

  /** The library has given up: because the kernel is gone, or because the way to it is. */
  async #connectAgain(): Promise<void> {
    if (this.#connection.isDisposed || this.#connection.connectionStatus === "connected") {
      return;
    }
    try {
      if ((await KernelAPI.getKernelModel(this.address.kernelId, this.#connection.serverSettings)) === undefined) {
        this.#connection.handleShutdown();
        return;
      }
      await this.#connection.reconnect();
    } catch {
      setTimeout(() => void this.#connectAgain(), reconnectMs).unref(); // Still out of reach: `status` says so.
    }
  }

  async #onSession(message: SessionMessage): Promise<void> {
    if (message.kind === "replay") {
      await this.#executions.get(message.executionId)?.replay(message.messages);
    } else if (message.kind === "executions" && this.#broken) {
      this.#broken = false;
      this.#takeUp(new Set(message.executions.map(({ executionId }) => executionId)));
    }
  }

  /** After a broken connection. */
  #takeUp(kept: ReadonlySet<string>): void {
    this.#forRunning((execution) => {
      if (kept.has(execution.id)) {
        execution.awaitReplay();
        this.#session.send({ kind: "replay", executionId: execution.id });
      } else {
        execution.fail(lost("the connection had broken before the cell reached it"));
      }
    });
  }

  #forRunning(action: (execution: ClientExecution) => void): void {
    for (const execution of this.#executions.values()) {
      if (!execution.settled) {
        action(execution);
      }
    }
  }

  #announce(): void {
    const { status } = this;
    if (status === "dead") {
      this.#fail("it ended");
    } else if (status === "restarted") {
      this.#fail("it had died, and its server has started it anew");
    }
    this.#tellStatus(status);
  }

  #tellStatus(status: KernelStatus): void {
    for (const listener of this.#statusListeners) {
      listener(status);
    }
  }

  #fail(found: string): void {
    this.#forRunning((execution) => execution.fail(lost(found)));
  }

  #untilDead(): Promise<never> {
    return new Promise((_, reject) => {
      this.onStatus((status) => {
        if (status === "dead") {
          reject(unreachable(this.address, "no such kernel or a wrong token there"));
        }
      });
    });
  }
}

/** How the library reaches this server. */
export function serverSettings({ url, token }: Pick<KernelAddress, "url" | "token">): ServerConnection.ISettings {
  return ServerConnection.makeSettings({
    baseUrl: url,
    wsUrl: url.replace(/^http/, "ws"),
    token,
    appendToken: true,
  });
}

/** The library's types name every message; executions look only at what they know. */
function plainMessage(message: KernelMessage.IMessage): ExecutionMessage {
  return message as unknown as ExecutionMessage;
}

function lost(found: string): GraftError {
  return new GraftError({
    code: "kernel/lost",
    expected: "the kernel to finish the cell",
    found,
    remedy: "Restart the kernel and run the cell again",
  });
}

function unreachable(address: KernelAddress, found: string): GraftError {
  return new GraftError({
    code: "kernel/unreachable",
    expected: `kernel ${address.kernelId} at ${address.url}`,
    found,
    remedy: "Start the kernel again",
  });
}

/**
 * The library announces sockets and states through `console.debug`, which would end up in a command's standard output.
 * Only its two kinds of lines are dropped.
 */
function silenceLibrary(): void {
  const { debug } = console;
  console.debug = (...args: unknown[]) => {
    if (!/^(Starting WebSocket|Kernel): /.test(String(args[0]))) {
      debug.apply(console, args);
    }
  };
}

silenceLibrary();
