import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { installOnce } from "./installOnce";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "graft-once-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function fill(counter: { made: number }) {
  return async (temporary: string) => {
    counter.made++;
    await new Promise((resolve) => setTimeout(resolve, 100));
    writeFileSync(join(temporary, "whole"), "");
  };
}

test("two at once make one installation, and both find it whole", async () => {
  const counter = { made: 0 };
  const target = join(folder, "a", "thing");
  await Promise.all([installOnce(target, fill(counter)), installOnce(target, fill(counter))]);
  expect(counter.made).toBe(1);
  expect(readdirSync(target)).toEqual(["whole"]);
  expect(readdirSync(join(folder, "a"))).toEqual(["thing"]);
});

test("a failure leaves nothing, and the next attempt starts afresh", async () => {
  const target = join(folder, "thing");
  const broken = installOnce(target, (temporary) => {
    writeFileSync(join(temporary, "half"), "");
    return Promise.reject(new Error("no network"));
  });
  await expect(broken).rejects.toThrow("no network");
  expect(readdirSync(folder)).toEqual([]);
  await installOnce(target, fill({ made: 0 }));
  expect(readdirSync(target)).toEqual(["whole"]);
});

test("the lock of a process that has ended does not hold anybody up", async () => {
  const target = join(folder, "thing");
  writeFileSync(`${target}.lock`, "999999999");
  await installOnce(target, fill({ made: 0 }));
  expect(existsSync(target)).toBe(true);
});
