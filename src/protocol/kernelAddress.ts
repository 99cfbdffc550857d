/**
 * Where a running kernel can be reached. The kernel writes this as its connection file (mode 0600, in a folder of mode
 * 0700) when it is ready; launcher, extension and command line read it.
 */
import { readFile } from "node:fs/promises";
import { GraftError } from "../shared/graftError";

export interface KernelAddress {
  /** Base URL of the gateway with a trailing slash: `"http://127.0.0.1:40123/"`. */
  readonly url: string;
  readonly token: string;
  readonly kernelId: string;
}

export interface ConnectionFile extends KernelAddress {
  readonly pid: number;
  /** Version of the Node that runs the kernel: `"20.20.2"`. */
  readonly node: string;
  readonly notebookFolder: string;
  /** ISO 8601. */
  readonly startedAt: string;
}

/** Reads and checks a connection file. Throws `kernel/bad-connection-file`. */
export async function readConnectionFile(file: string): Promise<ConnectionFile> {
  const text = await readFile(file, "utf8");
  const value = parse(text);
  if (value === undefined) {
    throw new GraftError({
      code: "kernel/bad-connection-file",
      expected: "a kernel's connection file with url, token, kernelId and pid",
      found: `${String(text.length)} bytes of something else in ${file}`,
      remedy: "Delete the file and start the kernel again",
    });
  }
  return value;
}

function parse(text: string): ConnectionFile | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // Not JSON: the caller says so.
  }
  const candidate = value as Partial<ConnectionFile> | null;
  return typeof candidate?.url === "string" &&
    typeof candidate.token === "string" &&
    typeof candidate.kernelId === "string" &&
    typeof candidate.pid === "number"
    ? (candidate as ConnectionFile)
    : undefined;
}

/** True while the process that wrote the file is alive. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
