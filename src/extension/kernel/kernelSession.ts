/**
 * One notebook's kernel as the window sees it: launched when the first cell needs it, found again after a reload,
 * restarted on request, on this machine or on a Jupyter Server. It promises that whoever waits for the kernel is told when
 * it dies and why. It never ends a kernel on its own account: letting go (`dispose`) leaves that to the kernel's own idle
 * exit, or to the server.
 */
import * as vscode from "vscode";
import { readCheckpointDescriptions } from "../../protocol/checkpoints";
import { RunReader } from "../../protocol/runs";
import type { KernelClient } from "../../protocol/kernelClient";
import type { KernelDeath } from "../../protocol/kernelDeath";
import type { ProgressUpdate } from "../../shared/labHost";
import type {
  CheckpointDescription,
  KeptExecution,
  RunDescription,
  SessionMessage,
  SessionRequest,
  SessionState,
} from "../../shared/sessionState";
import type { AttachedKernel, KernelSource } from "./kernelSource";

export type CheckedTypes = Extract<SessionMessage, { readonly kind: "checked" }>;
export type KernelState = "none" | "starting" | "idle" | "busy" | "disconnected" | "dead";

export interface KeptExecutions {
  readonly client: KernelClient;
  readonly executions: readonly KeptExecution[];
}

interface Running {
  readonly kernel: AttachedKernel;
  /** Stops watching the kernel and the session, without touching the kernel. */
  readonly letGo: () => void;
}

export class KernelSession {
  readonly notebook: vscode.Uri;
  /** Where kernels of this machine save models; those of a server save theirs there. */
  readonly checkpointFolder: string;
  readonly #runs: RunReader;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #told = new vscode.EventEmitter<SessionMessage>();
  readonly #progressed = new vscode.EventEmitter<ProgressUpdate>();
  readonly #checked = new vscode.EventEmitter<CheckedTypes>();
  readonly #listed = new vscode.EventEmitter<KeptExecutions>();
  readonly #died = new vscode.EventEmitter<KernelDeath>();
  readonly #forgot = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  /** Everything that the kernel tells about the session. */
  readonly onDidTell = this.#told.event;
  readonly onDidProgress = this.#progressed.event;
  /** Fires when the types of a cell that ran have been checked. */
  readonly onDidCheck = this.#checked.event;
  /** Fires when a kernel has been attached, with what no front end has seen to its end yet. */
  readonly onDidListKept = this.#listed.event;
  /** Fires when the variables of the cells are gone, or out of reach: restart, death, another source. */
  readonly onDidForget = this.#forgot.event;
  /** Fires when the kernel has ended without being asked to. */
  readonly onDidDie = this.#died.event;
  #source: KernelSource;
  #running: Running | undefined;
  #starting: Promise<KernelClient> | undefined;
  #abortStart: AbortController | undefined;
  #state: SessionState | undefined;
  #lastLogFile: string | undefined;
  #death: KernelDeath | undefined;
  #saved: CheckpointDescription | undefined;

  constructor(notebook: vscode.Uri, source: KernelSource, checkpointFolder: string) {
    this.notebook = notebook;
    this.checkpointFolder = checkpointFolder;
    this.#runs = new RunReader(checkpointFolder);
    this.#source = source;
  }

  get kernelState(): KernelState {
    if (this.#starting !== undefined) {
      return "starting";
    }
    if (this.#running === undefined) {
      return this.#death === undefined ? "none" : "dead";
    }
    const { status } = this.#running.kernel.client;
    return status === "idle" || status === "busy" || status === "disconnected" ? status : "starting";
  }

  /** Models, datasets and engine of the cells; undefined until the kernel has told. */
  get sessionState(): SessionState | undefined {
    return this.#state;
  }

  /** Undefined while no kernel is attached. */
  get client(): KernelClient | undefined {
    return this.#running?.kernel.client;
  }

  /** The kernel in one line; undefined while none is attached. */
  get description(): string | undefined {
    return this.#running?.kernel.description;
  }

  /** Host and port of the Jupyter Server that runs the kernel; undefined: this machine. */
  get server(): string | undefined {
    return this.#source.server;
  }

  /** Log of the kernel that runs, or of the last one that did. */
  get logFile(): string | undefined {
    return this.#lastLogFile;
  }

  /** How the last kernel died; undefined while one runs or none has died. */
  get death(): KernelDeath | undefined {
    return this.#death;
  }

  /** The living kernel's client; starts a kernel when there is none. Throws the source's `GraftError`s. */
  async start(): Promise<KernelClient> {
    if (this.#running !== undefined) {
      return this.#running.kernel.client;
    }
    if (this.#starting === undefined) {
      const abort = new AbortController();
      this.#abortStart = abort;
      this.#starting = this.#findOrStart(abort.signal).finally(() => {
        this.#starting = undefined;
        this.#abortStart = undefined;
        this.#changed.fire();
      });
      this.#changed.fire();
    }
    return this.#starting;
  }

  /** Takes up the kernel that an earlier window left, if it lives, and tells when it has crashed. Never starts one. */
  async reconnect(): Promise<void> {
    if (this.#running !== undefined || this.#starting !== undefined) {
      return;
    }
    const source = this.#source;
    const found = await source.find();
    // Meanwhile a cell may have been run, or another source chosen.
    if (found !== undefined && this.client === undefined && this.#source === source) {
      this.#adopt(found);
      return;
    }
    found?.client.dispose();
    const death = await source.lateDeath();
    if (death !== undefined && this.client === undefined) {
      this.#died.fire((this.#death = death));
      this.#changed.fire();
    }
  }

  /** From now on, kernels come from there. The one that was attached lives on. */
  use(source: KernelSource): void {
    this.#abortStart?.abort(new vscode.CancellationError());
    this.#drop();
    this.#source = source;
    this.#death = undefined;
    this.#changed.fire();
  }

  /** Stops the running cell, or the start of the kernel. */
  async interrupt(): Promise<void> {
    this.#abortStart?.abort(new vscode.CancellationError());
    await this.client?.interrupt();
  }

  /** Ends the kernel, by force if it does not answer, and starts a new one. */
  async restart(): Promise<void> {
    const restart = this.#running?.kernel.restart;
    if (restart === undefined) {
      await this.shutdown();
      await this.start();
      return;
    }
    this.#forget();
    await restart();
    this.#changed.fire();
  }

  /** Ends the kernel and waits until it has ended. */
  async shutdown(): Promise<void> {
    this.#abortStart?.abort(new vscode.CancellationError());
    await this.#starting?.catch(() => undefined); // Whoever asked for the start is told by the promise itself.
    const running = this.#running;
    this.#death = undefined;
    if (running !== undefined) {
      running.letGo();
      this.#running = undefined;
      this.#forget();
      this.#changed.fire();
      await running.kernel.shutdown();
    }
    this.#changed.fire();
  }

  /** Asks over the comm `graft.session`; without a kernel, nothing happens. */
  ask(request: SessionRequest): void {
    this.client?.ask(request);
  }

  /** Models that were saved while they trained, the newest first. Of a server's kernel: the last one that it told about. */
  async checkpoints(): Promise<readonly CheckpointDescription[]> {
    if (this.server === undefined) {
      return readCheckpointDescriptions(this.checkpointFolder);
    }
    return this.#saved === undefined ? [] : [this.#saved];
  }

  /** What has been trained, the newest first: by this kernel and, on this machine, by those before it. */
  async runs(): Promise<readonly RunDescription[]> {
    return this.server === undefined ? this.#runs.read(this.client !== undefined) : (this.#state?.runs ?? []);
  }

  /** The file of a run of this machine. */
  runFile(id: string): string {
    return this.#runs.fileOf(id);
  }

  /** Lets go of the kernel, which lives on. */
  dispose(): void {
    this.#abortStart?.abort(new vscode.CancellationError());
    this.#drop();
    for (const emitter of [
      this.#changed,
      this.#told,
      this.#progressed,
      this.#checked,
      this.#listed,
      this.#died,
      this.#forgot,
    ]) {
      emitter.dispose();
    }
  }

  async #findOrStart(signal: AbortSignal): Promise<KernelClient> {
    const found = await this.#source.find();
    signal.throwIfAborted();
    if (this.#running !== undefined) {
      found?.client.dispose(); // `reconnect` was faster.
      return this.#running.kernel.client;
    }
    this.#death = undefined;
    return this.#adopt(found ?? (await this.#source.start(signal)));
  }

  #adopt(kernel: AttachedKernel): KernelClient {
    const { client } = kernel;
    const endStatus = client.onStatus(() => this.#changed.fire());
    const endDeath = kernel.onDeath((death) => this.#onDeath(kernel, death));
    this.#lastLogFile = kernel.logFile;
    this.#death = undefined;
    const endSession = client.openSession((message) => this.#onMessage(client, message));
    this.#running = {
      kernel,
      letGo: () => {
        endStatus();
        endDeath();
        endSession();
      },
    };
    this.#changed.fire();
    return client;
  }

  #drop(): void {
    this.#running?.letGo();
    this.#running?.kernel.client.dispose();
    this.#running = undefined;
    this.#forget();
  }

  #forget(): void {
    this.#state = undefined;
    this.#forgot.fire();
  }

  #onMessage(client: KernelClient, message: SessionMessage): void {
    switch (message.kind) {
      case "state":
        this.#state = message.state;
        this.#changed.fire();
        break;
      case "progress":
        this.#progressed.fire(message.progress);
        break;
      case "checked":
        this.#checked.fire(message);
        break;
      case "executions":
        this.#listed.fire({ client, executions: message.executions });
        break;
      case "checkpoint":
        this.#saved = message.checkpoint;
        break;
      case "replay":
      case "ran":
      case "selected":
      case "variables":
        break;
      default:
        message satisfies never;
    }
    this.#told.fire(message);
  }

  #onDeath(kernel: AttachedKernel, death: KernelDeath): void {
    if (this.#running?.kernel !== kernel) {
      return; // It was asked to end, or has been replaced.
    }
    this.#forget();
    this.#death = death;
    if (death.kind !== "restarted") {
      this.#drop();
    }
    this.#died.fire(death);
    this.#changed.fire();
  }
}
