/** A kernel for one test file: the built `dist/kernel.js` in a notebook folder of its own, ended and checked afterwards. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CellOutput } from "../../src/protocol/cellOutput";
import { isAlive } from "../../src/protocol/kernelAddress";
import { KernelClient } from "../../src/protocol/kernelClient";
import { launchKernel, type LaunchedKernel, type LaunchOptions } from "../../src/protocol/launchKernel";
import type { ExecuteReply } from "../../src/protocol/message";

export const kernelFile = join(process.env.GRAFT_DIST ?? "dist", "kernel.js");

export interface CellRun {
  readonly reply: ExecuteReply;
  readonly outputs: readonly CellOutput[];
}

export class TestKernel {
  readonly folder: string;
  readonly process: LaunchedKernel;
  readonly client: KernelClient;

  private constructor(folder: string, process: LaunchedKernel, client: KernelClient) {
    this.folder = folder;
    this.process = process;
    this.client = client;
  }

  static async start(options: Partial<LaunchOptions> = {}): Promise<TestKernel> {
    const folder = mkdtempSync(join(tmpdir(), "graft-kernel-"));
    const process = await launchKernel({
      kernelFile,
      notebookFolder: folder,
      runtimeFolder: join(folder, "runtime"),
      typeErrors: "off",
      ...options,
      // Not those that an earlier build has stored.
      env: { GRAFT_FEATURES: join(folder, "features"), ...options.env },
    });
    const client = await KernelClient.connect(process.address);
    client.followProcess(process.exited);
    return new TestKernel(folder, process, client);
  }

  async run(code: string): Promise<CellRun> {
    const outputs: CellOutput[] = [];
    const reply = await this.client.execute(code, { onOutput: (output) => void outputs.push(output) }).done;
    return { reply, outputs };
  }

  /** Text of the result, or a text that says what came instead, so that a failing test shows it. */
  async value(code: string): Promise<string> {
    const { reply, outputs } = await this.run(code);
    const result = outputs.find((output) => output.kind === "result");
    if (result !== undefined) {
      return String(result.data["text/plain"]);
    }
    return reply.status === "error" ? reply.traceback.join("\n") : reply.status;
  }

  /** What was printed, both streams in order. */
  async printed(code: string): Promise<string> {
    return printedIn((await this.run(code)).outputs);
  }

  write(name: string, text: string): string {
    const file = join(this.folder, name);
    writeFileSync(file, text);
    return file;
  }

  /** Ends the kernel and throws when its process is still there. */
  async end(): Promise<void> {
    await this.client.shutdown();
    const how = await this.process.exited;
    rmSync(this.folder, { recursive: true, force: true });
    if (how !== 0 || isAlive(this.process.address.pid)) {
      throw new Error(`The kernel ended with ${how}.`);
    }
  }
}

export function printedIn(outputs: readonly CellOutput[]): string {
  return outputs.map((output) => (output.kind === "stream" ? output.text : "")).join("");
}

/** Text without colours. */
export function plain(text: string | readonly string[]): string {
  const joined = typeof text === "string" ? text : text.join("\n");
  // eslint complains about control characters in a literal, so the escape is put together.
  return joined.replace(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g"), "");
}

/** Calls `check` until it gives something, or throws after `timeoutMs`. */
export async function eventually<T>(
  check: () => T | undefined | Promise<T | undefined>,
  timeoutMs = 10_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await check();
    if (value !== undefined) {
      return value;
    }
    if (Date.now() > deadline) {
      throw new Error(`Nothing after ${timeoutMs} ms.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
