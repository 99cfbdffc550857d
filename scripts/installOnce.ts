/**
 * Puts something large into the cache folder once. It is made in a temporary folder beside its place and renamed when it
 * is whole, so a broken download or a killed process never leaves half an installation; a lock file makes a second
 * process wait for the first one.
 */
import { existsSync } from "node:fs";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isAlive } from "../src/protocol/kernelAddress";
import { say } from "../src/cli/progress";

/** Answers with `folder`, after `make` has filled it if it was not there. `make` gets the temporary folder. */
export async function installOnce(folder: string, make: (temporary: string) => Promise<void>): Promise<string> {
  if (existsSync(folder)) {
    return folder;
  }
  await mkdir(dirname(folder), { recursive: true });
  const unlock = await lock(`${folder}.lock`);
  const temporary = `${folder}.${process.pid}.tmp`;
  try {
    if (!existsSync(folder)) {
      await mkdir(temporary, { recursive: true });
      await make(temporary);
      await rename(temporary, folder);
    }
  } finally {
    await rm(temporary, { recursive: true, force: true });
    await unlock();
  }
  return folder;
}

/** Waits until this process holds the lock; the lock of a process that has ended counts as free. */
async function lock(file: string): Promise<() => Promise<void>> {
  let waitingFor: number | undefined;
  for (;;) {
    if (await claim(file)) {
      return () => rm(file, { force: true });
    }
    const holder = await holderOf(file);
    if (holder !== undefined && !isAlive(holder)) {
      await rm(file, { force: true });
      continue;
    }
    if (holder !== undefined && holder !== waitingFor) {
      say(`  waiting for process ${holder}, which is installing the same thing`);
      waitingFor = holder;
    }
    await delay(250);
  }
}

/** A link is made in one go, so nobody ever sees a lock without its holder's process id. */
async function claim(file: string): Promise<boolean> {
  const own = `${file}.${process.pid}`;
  await writeFile(own, String(process.pid));
  try {
    await link(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(own, { force: true });
  }
}

/** Undefined when the lock has just been given back. */
async function holderOf(file: string): Promise<number | undefined> {
  const text = await readFile(file, "utf8").catch(() => "");
  const pid = Number.parseInt(text, 10);
  return Number.isNaN(pid) ? undefined : pid;
}
