import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { deleteCheckpoint, deleteRuns } from "./deletions";
import type { RunSubject } from "./viewNode";

const window = vi.hoisted(() => ({ showWarningMessage: vi.fn(), showInformationMessage: vi.fn() }));
vi.mock("vscode", async () => ({ ...(await import("../commands/testing/answers")).words, window }));

const run: RunSubject = { kind: "run", id: "1", name: "model: head", hasCurves: true, validated: true };

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "graft-deletions-"));
  file = join(folder, "model.safetensors");
  writeFileSync(file, "weights");
  window.showWarningMessage.mockReset().mockResolvedValue("Delete");
  window.showInformationMessage.mockReset();
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a checkpoint of this machine goes once the person agrees", async () => {
  window.showWarningMessage.mockResolvedValueOnce(undefined);
  expect(await deleteCheckpoint({ server: undefined }, file)).toBe(false);
  expect(existsSync(file)).toBe(true);
  expect(await deleteCheckpoint({ server: undefined }, file)).toBe(true);
  expect(existsSync(file)).toBe(false);
});

test("a checkpoint of a server's kernel is not deleted from this disk by its path", async () => {
  expect(await deleteCheckpoint({ server: "gpu-box:8888" }, file)).toBe(false);
  expect(existsSync(file)).toBe(true);
  expect(window.showWarningMessage).not.toHaveBeenCalled();
  expect(window.showInformationMessage.mock.calls[0]?.[0]).toContain("lies on gpu-box:8888");
});

test("runs of this machine go as files, those of a server by a cell", async () => {
  const cell = vi.fn(() => Promise.resolve());
  const session = { server: undefined, runFile: () => file };
  window.showWarningMessage.mockResolvedValueOnce(undefined);
  expect(await deleteRuns(session, [run], cell)).toBe(false);
  expect(await deleteRuns({ ...session, server: "gpu-box:8888" }, [run, run], cell)).toBe(true);
  expect(cell).toHaveBeenCalledTimes(1);
  expect(existsSync(file)).toBe(true);
  expect(await deleteRuns(session, [run], cell)).toBe(true);
  expect(cell).toHaveBeenCalledTimes(1);
  expect(existsSync(file)).toBe(false);
});
