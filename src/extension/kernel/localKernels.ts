/** Kernels as processes of this machine, one a notebook. They outlive the window and end by their own idle exit. */
import { open } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { Uri } from "vscode";
import { isAlive, type ConnectionFile } from "../../protocol/kernelAddress";
import { KernelClient } from "../../protocol/kernelClient";
import { describeDeath, type KernelDeath, type ProcessEnd } from "../../protocol/kernelDeath";
import { launchKernel, type LaunchOptions } from "../../protocol/launchKernel";
import type { AttachedKernel, KernelSource } from "./kernelSource";
import type { KnownKernel, KnownKernels } from "./knownKernels";

const shutdownTimeoutMs = 4000;
const aliveCheckMs = 1000;
/** V8 prints two stacks below the line that says why it gives up. */
const logTailBytes = 16 * 1024;

export class LocalKernels implements KernelSource {
  readonly server = undefined;
  readonly #notebook: Uri;
  readonly #known: KnownKernels;
  readonly #launchOptions: () => Promise<LaunchOptions>;

  constructor(notebook: Uri, known: KnownKernels, launchOptions: () => Promise<LaunchOptions>) {
    this.#notebook = notebook;
    this.#known = known;
    this.#launchOptions = launchOptions;
  }

  async find(): Promise<AttachedKernel | undefined> {
    const trace = await this.#known.trace(this.#notebook);
    if (trace.kind !== "living") {
      return undefined;
    }
    const client = await KernelClient.connect(trace.address).catch(() => undefined);
    return client === undefined ? undefined : this.#attach(client, trace.address, trace, whenGone(trace.address.pid));
  }

  async start(signal: AbortSignal): Promise<AttachedKernel> {
    const kernel = await launchKernel({ ...(await this.#launchOptions()), signal });
    try {
      const client = await KernelClient.connect(kernel.address);
      signal.throwIfAborted();
      await this.#known.remember(this.#notebook, kernel);
      const { exited } = kernel;
      return this.#attach(client, kernel.address, kernel, { end: exited, stop: () => undefined });
    } catch (error) {
      kernel.kill();
      throw error;
    }
  }

  async lateDeath(): Promise<KernelDeath | undefined> {
    const trace = await this.#known.trace(this.#notebook);
    if (trace.kind !== "crashed") {
      return undefined;
    }
    await this.#known.forget(this.#notebook);
    return describeDeath(undefined, await tailOf(trace.logFile));
  }

  #attach(
    client: KernelClient,
    { pid, node }: ConnectionFile,
    { logFile }: KnownKernel,
    { end, stop }: WatchedProcess,
  ): AttachedKernel {
    return {
      client,
      logFile,
      description: `process ${pid}, Node ${node}`,
      onDeath: (listener) => {
        let listening = true;
        void end.then(async (how) => {
          if (listening) {
            const death = describeDeath(how, await tailOf(logFile));
            await this.#known.forget(this.#notebook);
            listener(death);
          }
        });
        return () => {
          listening = false;
          stop();
        };
      },
      shutdown: async () => {
        client.shutdown().catch(() => undefined); // It may be unable to answer; the process is watched here.
        await waitForEnd(pid);
        client.dispose();
        await this.#known.forget(this.#notebook);
      },
    };
  }
}

interface WatchedProcess {
  readonly end: Promise<ProcessEnd>;
  readonly stop: () => void;
}

/** Of a process that this window did not start, and whose exit code it can't see. */
function whenGone(pid: number): WatchedProcess {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<undefined>((resolve) => {
    timer = setInterval(() => {
      if (!isAlive(pid)) {
        clearInterval(timer);
        resolve(undefined);
      }
    }, aliveCheckMs);
  });
  return { end, stop: () => clearInterval(timer) };
}

async function waitForEnd(pid: number): Promise<void> {
  const deadline = Date.now() + shutdownTimeoutMs;
  while (isAlive(pid)) {
    if (Date.now() > deadline) {
      kill(pid);
    }
    await delay(20);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself in the meantime.
  }
}

async function tailOf(file: string): Promise<string> {
  try {
    const handle = await open(file);
    try {
      const { size } = await handle.stat();
      const { buffer, bytesRead } = await handle.read(
        Buffer.alloc(logTailBytes),
        0,
        logTailBytes,
        Math.max(0, size - logTailBytes),
      );
      return buffer.toString("utf8", 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    return ""; // No log, no reason: the exit code has to do.
  }
}
