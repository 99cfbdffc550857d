/**
 * Gets `@tensorflow/tfjs-node`, which computes the tensors of cells natively. Everything works without it, so a failure here
 * is told and never ends what asked for it.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheFolder } from "../../lab/data/locations";
import { fetchTensorflowFromPip } from "./nativeFromPip";
import {
  makeStaging,
  nativeWorks,
  putInPlace,
  removeStaging,
  runInstallScript,
  tryOut,
  type NativeStaging,
} from "./nativeStaging";
import { messageOf, say, step } from "../progress";

const storage = "https://storage.googleapis.com/";
const memory = join(cacheFolder(), "native-engine-failed.json");
const DAY_MS = 24 * 3_600_000;

/**
 * Tries everything, for a folder whose `node_modules` it goes into and that finds the tfjs of cells. True when the native
 * engine works afterwards.
 */
export async function setUpNative(target: string): Promise<boolean> {
  if (await nativeWorks(target)) {
    say("✓ the native engine works already");
    return true;
  }
  const staging = await step("fetching tfjs-node without its library", () => makeStaging(target));
  try {
    return (
      (await attempt(staging, "its own install", ownInstall)) || (await attempt(staging, "pip's TensorFlow", fromPip))
    );
  } finally {
    await removeStaging(staging);
  }
}

/** At most its own install, and at most once a day where that has failed. Says in one line what came of it. */
export async function tryNativeQuickly(target: string): Promise<void> {
  if (await nativeWorks(target)) {
    say("✓ native engine: tfjs-node");
    return;
  }
  const skipped = (reason: string) =>
    say(
      `– native engine skipped: ${reason}. Everything works without it, more slowly; npm run setup:native tries harder.`,
    );
  const failure = await recentFailure();
  if (failure !== undefined) {
    skipped(failure);
    return;
  }
  try {
    await reachStorage();
    const staging = await makeStaging(target);
    try {
      await step("installing the native engine", () => ownInstall(staging));
      await putInPlace(staging);
    } finally {
      await removeStaging(staging);
    }
  } catch (error) {
    const [reason = ""] = messageOf(error).split("\n");
    await remember(reason);
    skipped(reason);
  }
}

async function attempt(
  staging: NativeStaging,
  name: string,
  work: (staging: NativeStaging) => Promise<void>,
): Promise<boolean> {
  try {
    await step(`native engine by ${name}`, () => work(staging));
    await putInPlace(staging);
    say("✓ the native engine works; a kernel that runs already gets it when it is restarted");
    return true;
  } catch (error) {
    say(`  ${messageOf(error).replaceAll("\n", "\n  ")}`);
    return false;
  }
}

async function ownInstall(staging: NativeStaging): Promise<void> {
  await reachStorage();
  await runInstallScript(staging, 5 * 60_000);
  await tryOut(staging.package);
}

async function fromPip(staging: NativeStaging): Promise<void> {
  await fetchTensorflowFromPip(staging);
  await runInstallScript(staging, 10 * 60_000);
  await tryOut(staging.package);
}

/** The install script itself waits for minutes where nothing answers. */
async function reachStorage(): Promise<void> {
  try {
    await fetch(storage, { method: "HEAD", signal: AbortSignal.timeout(5_000) });
  } catch (error) {
    throw new Error(`${storage}, where its library is, cannot be reached from here`, { cause: error });
  }
}

async function recentFailure(): Promise<string | undefined> {
  const text = await readFile(memory, "utf8").catch(() => "{}");
  const { at, reason } = JSON.parse(text) as { readonly at?: number; readonly reason?: string };
  return at !== undefined && Date.now() - at < DAY_MS ? reason : undefined;
}

async function remember(reason: string): Promise<void> {
  await mkdir(dirname(memory), { recursive: true });
  await writeFile(memory, JSON.stringify({ at: Date.now(), reason }));
}
