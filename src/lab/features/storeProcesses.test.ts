/** Processes that share a store: writing at once, killed at any moment, using what another would remove. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Rng } from "../../shared/rng";
import { append, emptyFolder, found, range, rowOf, spaceKey, storeIn, width } from "./testing/storedItems";

/** Appends the items from `from` to `to` that are missing, in blocks, and tells after each; then stays until it is ended. */
const program = `
import { createHash } from "node:crypto";
import { DiskFeatureStore } from "./store.mjs";
const { folder, key, width, from, to, block } = JSON.parse(process.argv[2]);
const itemOf = (number) => createHash("sha256").update("item " + number).digest("base64url");
const store = new DiskFeatureStore({ folder });
const space = await store.open(key, width);
const items = Array.from({ length: to - from }, (_, i) => itemOf(from + i));
const missing = await space.read(items, new Float32Array(items.length * width));
process.send({ missing: missing.length });
for (let at = 0; at < missing.length; at += block) {
  const part = missing.slice(at, at + block);
  const rows = part.flatMap((i) => Array.from({ length: width }, (_, j) => from + i + j / 8));
  await space.append(part.map((i) => items[i]), Float32Array.from(rows));
  process.send({ appended: part.length });
}
process.send({ done: true });
setInterval(() => undefined, 1000);
`;

interface Task {
  readonly folder: string;
  readonly from: number;
  readonly to: number;
  readonly block: number;
  readonly key?: string;
}
interface Message {
  readonly missing?: number;
  readonly appended?: number;
  readonly done?: boolean;
}

let programs: string;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  programs = await mkdtemp(join(tmpdir(), "graft-store-process-"));
  await build({
    entryPoints: [join(import.meta.dirname, "diskFeatureStore.ts")],
    outfile: join(programs, "store.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20.19",
  });
  await writeFile(join(programs, "program.mjs"), program);
});

afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await rm(programs, { recursive: true });
});

function start(task: Task): ChildProcess {
  const child = fork(join(programs, "program.mjs"), [JSON.stringify({ key: spaceKey("a"), width, ...task })]);
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}

/** Resolves with what it has told so far when `enough` says so. */
function told(child: ChildProcess, enough: (messages: readonly Message[]) => boolean): Promise<readonly Message[]> {
  const messages: Message[] = [];
  return new Promise((resolve, reject) => {
    child.on("message", (message: Message) => {
      messages.push(message);
      if (enough(messages)) resolve(messages);
    });
    child.once("exit", (code, signal) => reject(new Error(`ended with ${code ?? signal}`)));
  });
}

const isDone = (messages: readonly Message[]): boolean => messages.at(-1)?.done === true;

async function kill(child: ChildProcess): Promise<void> {
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}

test("two processes that write the same space at once damage nothing, and each finds what the other wrote", async () => {
  const folder = await emptyFolder();
  const writers = [start({ folder, from: 0, to: 700, block: 7 }), start({ folder, from: 300, to: 1000, block: 11 })];
  await Promise.all(writers.map((writer) => told(writer, isDone)));
  const { open, problems } = storeIn(folder);
  expect(await found(await open(), range(0, 1001))).toEqual(range(0, 1000));
  expect(problems).toEqual([]);
});

test("killed at any moment in the midst of an extraction, the next one computes only what is missing", async () => {
  const folder = await emptyFolder();
  const rng = new Rng(5);
  const task = { folder, from: 0, to: 4000, block: 40 };
  let computed = 0;
  let expectedMissing = 4000;
  for (let kills = 0; kills < 4; kills++) {
    const child = start(task);
    const enough = 1 + rng.below(15);
    const messages = await told(child, (sofar) => sofar.length > enough || isDone(sofar));
    // It writes the next blocks at this moment.
    await kill(child);
    // What it told to be appended is there for the next one; what it was writing may be.
    expect(messages[0]!.missing).toBeLessThanOrEqual(expectedMissing);
    expectedMissing = messages[0]!.missing! - messages.reduce((sum, { appended = 0 }) => sum + appended, 0);
    computed += messages.reduce((sum, { appended = 0 }) => sum + appended, 0);
    const { open, problems } = storeIn(folder);
    const there = await found(await open(), range(0, 4000));
    expect(there.length).toBeGreaterThanOrEqual(4000 - expectedMissing);
    expect(problems).toEqual([]);
  }
  const last = start(task);
  const messages = await told(last, isDone);
  await kill(last);
  expect(messages[0]!.missing).toBeLessThanOrEqual(4000 - computed);
  expect(await found(await storeIn(folder).open(), range(0, 4000))).toEqual(range(0, 4000));
});

test("what another process uses is not removed while it lives", async () => {
  const folder = await emptyFolder();
  const user = start({ folder, from: 0, to: 50, block: 50 });
  await told(user, isDone);
  const { open, problems } = storeIn(folder, { limitBytes: 2000 });
  await append(await open("b"), range(0, 20));
  expect(problems).toEqual(["train/cache-limit"]);
  expect(await readdir(folder)).toContain(`${spaceKey("a")}.float32`);
  await kill(user);
  // A killed process leaves its lease, which whoever comes next removes.
  const space = join(folder, `${spaceKey("a")}.float32`);
  expect((await readdir(space)).filter((name) => name.endsWith(".lease"))).toHaveLength(1);
  await (await storeIn(folder).open("a")).release();
  expect((await readdir(space)).filter((name) => name.endsWith(".lease"))).toEqual([]);
  await append(await storeIn(folder, { limitBytes: 2000 }).open("b"), range(0, 20));
  expect(await readdir(folder)).not.toContain(`${spaceKey("a")}.float32`);
  expect(rowOf(0)).toHaveLength(width);
});
