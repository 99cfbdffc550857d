/**
 * Where a notebook's kernel comes from: a process on this machine or a Jupyter Server. The session holds what is attached
 * and knows nothing of how it was found.
 */
import type { KernelClient } from "../../protocol/kernelClient";
import type { KernelDeath } from "../../protocol/kernelDeath";

export interface KernelSource {
  /** Host and port of the server; undefined: this machine. */
  readonly server: string | undefined;
  /** The notebook's kernel where one runs already. Never starts one. */
  find(): Promise<AttachedKernel | undefined>;
  /** Starts one. Throws the launcher's and the server's `GraftError`s, or the signal's reason. */
  start(signal: AbortSignal): Promise<AttachedKernel>;
  /** How the last kernel of an earlier window died, where it did not end on purpose; told once. */
  lateDeath(): Promise<KernelDeath | undefined>;
}

export interface AttachedKernel {
  readonly client: KernelClient;
  /** One line for a person: `"process 4711, Node 20.20.2"`. */
  readonly description: string;
  /** Undefined: the log is on the server. */
  readonly logFile: string | undefined;
  /** Calls the listener when the kernel has died without being asked to. The returned function ends that. */
  onDeath(listener: (death: KernelDeath) => void): () => void;
  /** Ends the kernel, by force if it does not answer, and resolves when it has ended. */
  shutdown(): Promise<void>;
  /** Starts it anew in its place; undefined: shut it down and start another one. */
  readonly restart?: () => Promise<void>;
}
