/**
 * A client of one kernel, local or behind a Jupyter Server, over `@jupyterlab/services`. It promises: outputs arrive in the
 * order in which the kernel sent them, and an execution is done when its reply AND its idle status have come. It never
 * starts or ends a process by itself.
 */
import { KernelConnection, ServerConnection, type Kernel, type KernelMessage } from "@jupyterlab/services";
import { GraftError } from "../shared/graftError";
import { SESSION_COMM_TARGET, type SessionMessage } from "../shared/sessionState";
import { outputOf, type CellOutput } from "./cellOutput";
import type { KernelAddress } from "./kernelAddress";
import type { ExecuteReply } from "./message";

export interface ExecuteOptions {
  /** Called for every output in order. Further messages wait while a returned promise is pending. Also called for late output, after `done`. */
  readonly onOutput?: (output: CellOutput) => void | Promise<void>;
  /** Called when the kernel begins with the cell. */
  readonly onStart?: (executionCount: number) => void;
  /** Default true: a failing cell aborts the requests that wait behind it. */
  readonly stopOnError?: boolean;
  /** Default false. */
  readonly silent?: boolean;
}

export interface Execution {
  /** The request's `msg_id`. */
  readonly id: string;
  /** Settles when reply and idle have both come. Rejects with `kernel/lost` when the kernel goes away first. */
  readonly done: Promise<ExecuteReply>;
}

export type KernelStatus = "starting" | "idle" | "busy" | "disconnected" | "dead";

export class KernelClient {
  readonly address: KernelAddress;
  readonly #connection: KernelConnection;
  readonly #pending = new Set<(error: GraftError) => void>();
  readonly #statusListeners = new Set<(status: KernelStatus) => void>();

  private constructor(address: KernelAddress, connection: KernelConnection) {
    this.address = address;
    this.#connection = connection;
    connection.statusChanged.connect(() => this.#announce());
    connection.connectionStatusChanged.connect(() => this.#announce());
  }

  /** Connects and waits for the kernel's first answer. Throws `kernel/unreachable`. */
  static async connect(address: KernelAddress, timeoutMs = 20_000): Promise<KernelClient> {
    const serverSettings = ServerConnection.makeSettings({
      baseUrl: address.url,
      wsUrl: address.url.replace(/^http/, "ws"),
      token: address.token,
      appendToken: true,
    });
    const model = { id: address.kernelId, name: "graft" };
    const connection = new KernelConnection({ model, serverSettings, handleComms: true });
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
    return status === "idle" || status === "busy" ? status : "starting";
  }

  /** Calls the listener on each change; the returned function ends that. */
  onStatus(listener: (status: KernelStatus) => void): () => void {
    this.#statusListeners.add(listener);
    return () => void this.#statusListeners.delete(listener);
  }

  execute(code: string, options: ExecuteOptions = {}): Execution {
    // The future stays registered after it is done, so that late output still finds its cell.
    const future = this.#connection.requestExecute(
      {
        code,
        silent: options.silent ?? false,
        store_history: !(options.silent ?? false),
        user_expressions: {},
        allow_stdin: false,
        stop_on_error: options.stopOnError ?? true,
      },
      false,
    );
    future.onIOPub = async (message) => {
      if (message.header.msg_type === "execute_input") {
        options.onStart?.((message as KernelMessage.IExecuteInputMsg).content.execution_count ?? 0);
        return;
      }
      const output = outputOf(message);
      if (output !== undefined) {
        await options.onOutput?.(output);
      }
    };
    const done = this.#orLost(future.done.then((reply) => reply.content as unknown as ExecuteReply));
    return { id: future.msg.header.msg_id, done };
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

  /** Opens the comm `graft.session`. The listener gets a `state` first; the returned function closes the comm. */
  openSession(listener: (message: SessionMessage) => void): () => void {
    const comm = this.#connection.createComm(SESSION_COMM_TARGET);
    comm.onMsg = (message) => listener(message.content.data as unknown as SessionMessage);
    comm.open();
    return () => {
      if (!comm.isDisposed && !this.#connection.isDisposed) {
        comm.close();
      }
    };
  }

  /** Stops the running cell; variables stay. Harmless when nothing runs. */
  async interrupt(): Promise<void> {
    await this.#connection.interrupt();
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

  #announce(): void {
    const { status } = this;
    if (status === "dead") {
      this.#fail("it ended");
    }
    this.#tellStatus(status);
  }

  #tellStatus(status: KernelStatus): void {
    for (const listener of this.#statusListeners) {
      listener(status);
    }
  }

  #fail(found: string): void {
    const error = new GraftError({
      code: "kernel/lost",
      expected: "the kernel to finish the cell",
      found,
      remedy: "Restart the kernel and run the cell again",
    });
    for (const reject of this.#pending) {
      reject(error);
    }
    this.#pending.clear();
  }

  #orLost<T>(work: Promise<T>): Promise<T> {
    let reject: (error: GraftError) => void = () => undefined;
    const lost = new Promise<never>((_, rejectLost) => (reject = rejectLost));
    lost.catch(() => undefined); // Whoever awaits the race is told; this copy has no reader.
    this.#pending.add(reject);
    // A future that is disposed rejects with the library's own error; `lost` is always rejected before or right after.
    const settled = work.catch(() => lost);
    return Promise.race([settled, lost]).finally(() => this.#pending.delete(reject));
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
