/**
 * One notebook's kernel as the window sees it: launched when the first cell needs it, found again after a reload,
 * restarted on request. It promises that whoever waits for the kernel is told when it dies and why. It never ends a
 * kernel on its own account: letting go (`dispose`) leaves that to the kernel's own idle exit.
 */
import * as vscode from "vscode";
import { isAlive, type ConnectionFile } from "../../protocol/kernelAddress";
import { KernelClient } from "../../protocol/kernelClient";
import { launchKernel, type LaunchOptions } from "../../protocol/launchKernel";
import type { ProgressUpdate } from "../../shared/labHost";
import type { SessionMessage, SessionState } from "../../shared/sessionState";
import type { KnownKernel, KnownKernels } from "./knownKernels";

export type CheckedTypes = Extract<SessionMessage, { readonly kind: "checked" }>;
export type KernelState = "none" | "starting" | "idle" | "busy" | "dead";

interface Running extends KnownKernel {
  readonly client: KernelClient;
  readonly address: ConnectionFile;
  /** Stops watching the process and the session, without touching the kernel. */
  readonly letGo: () => void;
}

const shutdownTimeoutMs = 4000;
const aliveCheckMs = 1000;

export class KernelSession {
  readonly notebook: vscode.Uri;
  readonly #known: KnownKernels;
  readonly #launchOptions: () => LaunchOptions;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #progressed = new vscode.EventEmitter<ProgressUpdate>();
  readonly #checked = new vscode.EventEmitter<CheckedTypes>();
  readonly #died = new vscode.EventEmitter<string>();
  readonly onDidChange = this.#changed.event;
  readonly onDidProgress = this.#progressed.event;
  /** Fires when the types of a cell that ran have been checked. */
  readonly onDidCheck = this.#checked.event;
  /** Fires with what happened, in words, when the process has ended without being asked to. */
  readonly onDidDie = this.#died.event;
  #running: Running | undefined;
  #starting: Promise<KernelClient> | undefined;
  #abortStart: AbortController | undefined;
  #state: SessionState | undefined;
  #lastLogFile: string | undefined;
  #death: string | undefined;

  constructor(notebook: vscode.Uri, known: KnownKernels, launchOptions: () => LaunchOptions) {
    this.notebook = notebook;
    this.#known = known;
    this.#launchOptions = launchOptions;
  }

  get kernelState(): KernelState {
    if (this.#starting !== undefined) {
      return "starting";
    }
    if (this.#running === undefined) {
      return this.#death === undefined ? "none" : "dead";
    }
    const { status } = this.#running.client;
    return status === "idle" || status === "busy" ? status : "starting";
  }

  /** Models, datasets and engine of the cells; undefined until the kernel has told. */
  get sessionState(): SessionState | undefined {
    return this.#state;
  }

  get address(): ConnectionFile | undefined {
    return this.#running?.address;
  }

  /** Log of the kernel that runs, or of the last one that did. */
  get logFile(): string | undefined {
    return this.#lastLogFile;
  }

  /** How the last kernel died, in words; undefined while one runs or none has died. */
  get death(): string | undefined {
    return this.#death;
  }

  /** The living kernel's client; launches a kernel when there is none. Throws the launcher's `GraftError`s. */
  async start(): Promise<KernelClient> {
    if (this.#running !== undefined) {
      return this.#running.client;
    }
    if (this.#starting === undefined) {
      this.#abortStart = new AbortController();
      this.#starting = this.#launchOrReconnect(this.#abortStart.signal).finally(() => {
        this.#starting = undefined;
        this.#abortStart = undefined;
        this.#changed.fire();
      });
      this.#changed.fire();
    }
    return this.#starting;
  }

  /** Reconnects to a kernel that an earlier window left, if it lives. Never launches one. */
  async reconnect(): Promise<void> {
    if (this.#running === undefined && this.#starting === undefined && (await this.#known.living(this.notebook))) {
      await this.start();
    }
  }

  /** Stops the running cell, or the start of the kernel. */
  async interrupt(): Promise<void> {
    this.#abortStart?.abort(new vscode.CancellationError());
    await this.#running?.client.interrupt();
  }

  /** Ends the kernel, by force if it does not answer, and launches a new one. */
  async restart(): Promise<void> {
    await this.shutdown();
    await this.start();
  }

  /** Ends the kernel and waits until its process has ended. */
  async shutdown(): Promise<void> {
    this.#abortStart?.abort(new vscode.CancellationError());
    await this.#starting?.catch(() => undefined); // Whoever asked for the start is told by the promise itself.
    const running = this.#running;
    this.#death = undefined;
    if (running === undefined) {
      this.#changed.fire();
      return;
    }
    running.letGo();
    this.#running = undefined;
    this.#state = undefined;
    this.#changed.fire();
    const { pid } = running.address;
    const deadline = Date.now() + shutdownTimeoutMs;
    running.client.shutdown().catch(() => undefined); // It may be unable to answer; the process is watched below.
    while (isAlive(pid)) {
      if (Date.now() > deadline) {
        kill(pid);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    running.client.dispose();
    await this.#known.forget(this.notebook);
    this.#changed.fire();
  }

  /** Lets go of the kernel, which lives on until its idle exit. */
  dispose(): void {
    this.#abortStart?.abort(new vscode.CancellationError());
    this.#running?.letGo();
    this.#running?.client.dispose();
    this.#running = undefined;
    for (const emitter of [this.#changed, this.#progressed, this.#checked, this.#died]) {
      emitter.dispose();
    }
  }

  async #launchOrReconnect(signal: AbortSignal): Promise<KernelClient> {
    const living = await this.#known.living(this.notebook);
    if (living !== undefined) {
      const client = await KernelClient.connect(living.address).catch(() => undefined);
      if (client !== undefined) {
        return this.#adopt(client, living);
      }
    }
    this.#death = undefined;
    const kernel = await launchKernel({ ...this.#launchOptions(), signal });
    this.#lastLogFile = kernel.logFile;
    try {
      const client = await KernelClient.connect(kernel.address);
      signal.throwIfAborted();
      await this.#known.remember(this.notebook, kernel);
      return this.#adopt(client, kernel, kernel.exited);
    } catch (error) {
      kernel.kill();
      throw error;
    }
  }

  #adopt(
    client: KernelClient,
    kernel: KnownKernel & { readonly address: ConnectionFile },
    exited?: Promise<number | NodeJS.Signals>,
  ): KernelClient {
    const { address, connectionFile, logFile } = kernel;
    const endStatus = client.onStatus(() => this.#changed.fire());
    const closeSession = client.openSession((message) => this.#onMessage(message));
    // A kernel that this window did not launch has no exit event here; its process is asked for instead.
    const watch = setInterval(() => {
      if (!isAlive(address.pid)) {
        this.#onExit(client, undefined);
      }
    }, aliveCheckMs);
    void exited?.then((result) => this.#onExit(client, result));
    const letGo = (): void => {
      clearInterval(watch);
      endStatus();
      closeSession();
    };
    this.#lastLogFile = logFile;
    this.#death = undefined;
    this.#running = { client, address, connectionFile, logFile, letGo };
    return client;
  }

  #onMessage(message: SessionMessage): void {
    switch (message.kind) {
      case "state":
        this.#state = message.state;
        this.#changed.fire();
        return;
      case "progress":
        this.#progressed.fire(message.progress);
        return;
      case "checked":
        this.#checked.fire(message);
        return;
      default:
        message satisfies never;
    }
  }

  #onExit(client: KernelClient, result: number | NodeJS.Signals | undefined): void {
    const running = this.#running;
    if (running?.client !== client) {
      return; // It was asked to end, or has been replaced.
    }
    this.#death = deathText(result);
    this.#running = undefined;
    this.#state = undefined;
    running.letGo();
    client.dispose();
    void this.#known.forget(this.notebook);
    this.#died.fire(this.#death);
    this.#changed.fire();
  }
}

function deathText(result: number | NodeJS.Signals | undefined): string {
  if (result === undefined) {
    return vscode.l10n.t("The kernel's process has ended.");
  }
  return typeof result === "number"
    ? vscode.l10n.t("The kernel's process ended with exit code {0}.", result)
    : vscode.l10n.t("The kernel's process was ended by {0}.", result);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself in the meantime.
  }
}
