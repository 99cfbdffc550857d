/**
 * Who uses a space: a file in its folder for each store of each process. No process removes a space in which there is a
 * lease of a living one. A process that was killed leaves its lease behind, which then means nothing.
 */
import { hostname } from "node:os";
import { join } from "node:path";
import { ifMissing, type StoreFiles } from "./storeFiles";

interface Lease {
  readonly pid: number;
  readonly host: string;
  /** Milliseconds since 1970. Tells this process from an earlier one that had its number, as in a container that was restarted. */
  readonly processStarted: number;
}

const suffix = ".lease";
/** Of processes that cannot be asked, on another machine, and so of no use longer than any cell runs. */
const foreignLeaseMs = 24 * 3600 * 1000;
/** `processStarted` is computed anew by each store, from two clocks. */
const clockToleranceMs = 5000;

let leases = 0;

/** Answers the path, to be removed when the space is no longer used. Leases of processes that are gone are removed on the way. */
export async function writeLease(files: StoreFiles, folder: string): Promise<string> {
  for (const path of await leasesIn(files, folder)) {
    if (!(await isLive(files, path))) await files.rm(path, { force: true });
  }
  const path = join(folder, `${process.pid}-${Date.now().toString(36)}${(++leases).toString(36)}${suffix}`);
  const lease: Lease = { pid: process.pid, host: hostname(), processStarted: processStarted() };
  await files.writeFile(path, JSON.stringify(lease), { mode: 0o600 });
  return path;
}

/** Whether a living process uses the space. */
export async function isLeased(files: StoreFiles, folder: string): Promise<boolean> {
  for (const path of await leasesIn(files, folder)) {
    if (await isLive(files, path)) return true;
  }
  return false;
}

async function leasesIn(files: StoreFiles, folder: string): Promise<string[]> {
  const names = await files.readdir(folder);
  return names.filter((name) => name.endsWith(suffix)).map((name) => join(folder, name));
}

async function isLive(files: StoreFiles, path: string): Promise<boolean> {
  const text = await files.readFile(path, "utf8").catch(ifMissing);
  if (text === undefined) return false;
  const age = Date.now() - ((await files.stat(path).catch(ifMissing))?.mtimeMs ?? 0);
  const lease = parsed(text);
  // Being written at this moment, or torn by a kill.
  if (lease === undefined) return age < clockToleranceMs;
  if (lease.host !== hostname()) return age < foreignLeaseMs;
  if (lease.pid === process.pid) return Math.abs(lease.processStarted - processStarted()) < clockToleranceMs;
  return isAlive(lease.pid);
}

function parsed(text: string): Lease | undefined {
  try {
    return JSON.parse(text) as Lease;
  } catch {
    return undefined;
  }
}

function processStarted(): number {
  return Date.now() - process.uptime() * 1000;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
