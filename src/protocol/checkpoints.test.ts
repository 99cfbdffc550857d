import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CHECKPOINT_VERSION } from "../shared/checkpointHeader";
import { readCheckpointDescriptions } from "./checkpoints";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "graft-checkpoints-"))));
afterEach(() => rmSync(folder, { recursive: true }));

/** A file with one weight of two numbers. */
function write(name: string, about: object): string {
  const metadata = { sha256: "0".repeat(64), graft: JSON.stringify({ version: CHECKPOINT_VERSION, ...about }) };
  const weight = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
  const header = Buffer.from(JSON.stringify({ __metadata__: metadata, "head/bias": weight }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const file = join(folder, name);
  writeFileSync(file, Buffer.concat([length, header, Buffer.alloc(8)]));
  return file;
}

const first = { backbone: "clothes", reached: "head", savedAt: "2026-01-01T00:00:00.000Z" };
const second = { backbone: "clothes", reached: "all layers, epoch 2 of 9", savedAt: "2026-01-02T00:00:00.000Z" };

test("lists the newest first, one a model, with what is needed to offer it", async () => {
  write("a-1.previous.safetensors", { ...first, variable: "a" });
  const a = write("a-1.safetensors", { ...first, variable: "a", graph: {} });
  const b = write("b-1.safetensors", second);
  expect(await readCheckpointDescriptions(folder)).toEqual([
    { file: b, ...second },
    { file: a, variable: "a", ...first },
  ]);
});

test.each([
  ["is cut off in the weights", (file: string) => truncateSync(file, 300)],
  ["is cut off in the header", (file: string) => truncateSync(file, 20)],
  ["is empty", (file: string) => truncateSync(file, 0)],
  ["is no checkpoint", (file: string) => writeFileSync(file, "a text that is longer than eight bytes")],
  ["has no length that makes sense", (file: string) => writeFileSync(file, Buffer.alloc(64, 0xff))],
])("the one before stands in for a file that %s", async (_, damage) => {
  const previous = write("a-1.previous.safetensors", first);
  damage(write("a-1.safetensors", second));
  expect(await readCheckpointDescriptions(folder)).toEqual([{ file: previous, ...first }]);
});

test("what a newer Graft wrote, leftovers and other files are left out", async () => {
  write("a-1.safetensors", { ...first, version: CHECKPOINT_VERSION + 1 });
  write("a-1.4711-1.tmp", first);
  write("notes.txt", first);
  expect(await readCheckpointDescriptions(folder)).toEqual([]);
});

test("a folder that does not exist has none", async () => {
  expect(await readCheckpointDescriptions(join(folder, "missing"))).toEqual([]);
});
