import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RUN_VERSION, runFileName, runFolderIn } from "../shared/runFile";
import type { RunDescription } from "../shared/sessionState";
import { RunReader } from "./runs";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "graft-run-reader-"));
  mkdirSync(runFolderIn(folder));
});
afterEach(() => rmSync(folder, { recursive: true }));

const id = (number: number): string => `20260101-00000000${number}-0001`;

/** Another time of change each: some systems count it coarsely. */
let clock = Date.now() / 1000;

function leave(number: number, more: Partial<RunDescription> = {}, pid = process.pid): void {
  const run = {
    ...{ id: id(number), name: `run ${number}`, backbone: "dense", strategy: "fineTune", status: "finished" },
    ...{ startedAt: "2026-01-01T10:00:00Z", seconds: 1, phases: [{ name: "head" }], ...more },
  };
  const file = join(runFolderIn(folder), runFileName(id(number)));
  writeFileSync(file, JSON.stringify({ version: RUN_VERSION, pid, options: {}, phasesBefore: 0, history: [], run }));
  utimesSync(file, ++clock, clock);
}

test("lists the newest first, and sees what has changed and what is gone", async () => {
  const reader = new RunReader(folder);
  leave(1);
  leave(2);
  writeFileSync(join(runFolderIn(folder), runFileName(id(3))), "torn");
  const names = async (): Promise<string[]> => (await reader.read(true)).map(({ name }) => name);
  expect(await names()).toEqual(["run 2", "run 1"]);
  leave(1, { name: "renamed" });
  expect(await names()).toEqual(["run 2", "renamed"]);
  rmSync(reader.fileOf(id(2)));
  expect(await names()).toEqual(["renamed"]);
  expect(await new RunReader(join(folder, "nowhere")).read(true)).toEqual([]);
});

test("a run whose process or kernel is gone was interrupted; without a checkpoint nothing is left of it", async () => {
  const [checkpoint, dead] = [join(folder, "model.safetensors"), 2 ** 30];
  writeFileSync(checkpoint, "");
  leave(1, { status: "running", phases: [], checkpoint });
  leave(2, { status: "running", phases: [] }, dead);
  const reader = new RunReader(folder);
  const statuses = async (attached: boolean): Promise<unknown> =>
    (await reader.read(attached)).map((run) => [run.name, run.status]);
  expect(await statuses(true)).toEqual([["run 1", "running"]]);
  expect(await statuses(false)).toEqual([["run 1", "interrupted"]]);
});

test("a checkpoint belongs to the last run that was saved there, while the file is there", async () => {
  const [model, gone] = [join(folder, "model.safetensors"), join(folder, "gone.safetensors")];
  writeFileSync(model, "");
  leave(1, { checkpoint: model });
  leave(2, { checkpoint: model });
  leave(3, { checkpoint: gone });
  const runs = await new RunReader(folder).read(true);
  expect(runs.map(({ name, checkpoint }) => [name, checkpoint])).toEqual([
    ["run 3", undefined],
    ["run 2", model],
    ["run 1", undefined],
  ]);
});
