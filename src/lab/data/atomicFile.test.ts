import type * as fs from "node:fs/promises";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";

/** What reaches the disk when: names of synced files and folders, and renames. */
const events = vi.hoisted((): string[] => []);
vi.mock("node:fs/promises", async (original) => {
  const files = await original<typeof fs>();
  return {
    ...files,
    open: async (...parts: Parameters<typeof fs.open>) => {
      const file = await files.open(...parts);
      const sync = file.sync.bind(file);
      file.sync = () => {
        events.push(`sync ${basename(String(parts[0])).replace(/\.\d+-\d+/, "")}`);
        return sync();
      };
      return file;
    },
    rename: (...[from, to]: Parameters<typeof fs.rename>) => {
      events.push(`rename to ${basename(String(to))}`);
      return files.rename(from, to);
    },
  };
});

// Test files share their modules: this one needs its own, and leaves none of them behind.
vi.resetModules();
const { moveToPlace, replaceFile, writeFileAtomically } = await import("./atomicFile");
afterAll(() => void vi.resetModules());

let folder: string;
const at = (name: string) => join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-atomic-"));
  events.length = 0;
});
afterEach(() => rm(folder, { recursive: true }));
const folderSynced = process.platform === "win32" ? [] : ["sync inner"];

test("a file is on the disk before it has its name, and its name before that is reported", async () => {
  await writeFileAtomically(at("inner/model"), "new");
  expect(events).toEqual(["sync model.tmp", "rename to model", ...folderSynced]);
  expect(await readFile(at("inner/model"), "utf8")).toBe("new");
});

test("what was written by somebody else is brought to the disk too, a folder with all its files", async () => {
  await writeFileAtomically(at("draft/part/a"), "a");
  await writeFileAtomically(at("inner/other"), "");
  events.length = 0;
  await moveToPlace(at("draft"), at("inner/whole"));
  const synced = process.platform === "win32" ? ["sync a"] : ["sync a", "sync part", "sync draft"];
  expect(events).toEqual([...synced, "rename to whole", ...folderSynced]);
  expect(await readFile(at("inner/whole/part/a"), "utf8")).toBe("a");
});

test("a writer that fails leaves what was there, and nothing beside it", async () => {
  await writeFile(at("kept"), "old");
  const failing = replaceFile(at("kept"), async (file) => {
    await file.writeFile("half");
    throw new Error("full");
  });
  await expect(failing).rejects.toThrow("full");
  expect(await readdir(folder)).toEqual(["kept"]);
  expect(await readFile(at("kept"), "utf8")).toBe("old");
});
