/** A kernel of a Jupyter Server, which keeps it when this window closes, and which interrupts and restarts it on request. */
import { KernelClient } from "../../protocol/kernelClient";
import type { KernelDeath } from "../../protocol/kernelDeath";
import { hasKernel, startServerKernel, type JupyterServer } from "../../protocol/jupyterServer";
import type { AttachedKernel, KernelSource } from "./kernelSource";

/** Which kernel of the server a notebook uses. */
export interface ServerChoice {
  /** Of its kernelspec; what is started when there is no such kernel any more. */
  readonly name: string;
  /** Undefined: none has been started yet. */
  readonly kernelId: string | undefined;
}

export class ServerKernels implements KernelSource {
  readonly server: string;
  readonly #access: () => Promise<JupyterServer>;
  readonly #remember: (choice: ServerChoice) => Promise<void>;
  #choice: ServerChoice;

  /** `access` gives address and token; `remember` is told each kernel that is used. */
  constructor(
    url: string,
    choice: ServerChoice,
    access: () => Promise<JupyterServer>,
    remember: (choice: ServerChoice) => Promise<void>,
  ) {
    this.server = new URL(url).host;
    this.#choice = choice;
    this.#access = access;
    this.#remember = remember;
  }

  async find(): Promise<AttachedKernel | undefined> {
    const server = await this.#access();
    const { kernelId } = this.#choice;
    const isThere = kernelId !== undefined && (await hasKernel(server, kernelId));
    return isThere ? this.#attach(server, kernelId) : undefined;
  }

  async start(signal: AbortSignal): Promise<AttachedKernel> {
    const server = await this.#access();
    const kernelId = await startServerKernel(server, this.#choice.name);
    signal.throwIfAborted();
    return this.#attach(server, kernelId);
  }

  /** The server keeps its own log of such things. */
  lateDeath(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async #attach(server: JupyterServer, kernelId: string): Promise<AttachedKernel> {
    const client = await KernelClient.connect({ ...server, kernelId });
    this.#choice = { ...this.#choice, kernelId };
    await this.#remember(this.#choice);
    return {
      client,
      logFile: undefined,
      description: `kernel "${this.#choice.name}" ${kernelId.slice(0, 8)} on ${server.url}`,
      onDeath: (listener) => this.#watch(client, listener),
      shutdown: () => client.shutdown(),
      restart: () => client.restart(),
    };
  }

  #watch(client: KernelClient, listener: (death: KernelDeath) => void): () => void {
    return client.onStatus((status) => {
      if (status === "dead") {
        const sentence = `The kernel on ${this.server} has ended or was removed there.`;
        listener({ kind: "unknown", sentence });
      } else if (status === "restarted") {
        listener({
          kind: "restarted",
          sentence: `The kernel on ${this.server} died, and the server has started it anew.`,
        });
      }
    });
  }
}
