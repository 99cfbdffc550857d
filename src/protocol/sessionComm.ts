/** A front end's end of the comm `graft.session`: one for a connection, shared by all who listen. */
import type { Kernel } from "@jupyterlab/services";
import { SESSION_COMM_TARGET, type SessionMessage, type SessionRequest } from "../shared/sessionState";

export type SessionListener = (message: SessionMessage) => void | Promise<void>;

export class SessionComm {
  readonly #connection: Kernel.IKernelConnection;
  readonly #listeners = new Set<SessionListener>();
  #comm: Kernel.IComm | undefined;
  #state: SessionMessage | undefined;
  #known = false;

  constructor(connection: Kernel.IKernelConnection) {
    this.#connection = connection;
  }

  /** True once the kernel has answered: it has the comm. Kernels other than Graft's have none. */
  get known(): boolean {
    return this.#known;
  }

  /** The listener gets the last `state` at once when there is one; the returned function ends that, not the comm. */
  listen(listener: SessionListener): () => void {
    this.#listeners.add(listener);
    if (this.#comm === undefined) {
      this.open();
    } else if (this.#state !== undefined) {
      void listener(this.#state);
    }
    return () => void this.#listeners.delete(listener);
  }

  /** Opens the comm, again after the connection was lost: the kernel tells state and kept executions anew. */
  open(): void {
    this.#comm?.dispose();
    const comm = this.#connection.createComm(SESSION_COMM_TARGET);
    this.#comm = comm;
    comm.onMsg = async (message) => {
      const data = message.content.data as unknown as SessionMessage;
      this.#known = true;
      if (data.kind === "state") {
        this.#state = data;
      }
      for (const listener of this.#listeners) {
        await listener(data);
      }
    };
    comm.open();
  }

  get isOpen(): boolean {
    return this.#comm !== undefined;
  }

  /** Does nothing when the comm is not open or the kernel has none. */
  send(request: SessionRequest): void {
    if (this.#comm?.isDisposed === false && this.#connection.status !== "dead") {
      this.#comm.send({ ...request });
    }
  }
}
