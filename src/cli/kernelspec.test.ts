/** The built command against folders of its own; the user's kernel specs are never touched. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { distFolder } from "../shared/distFolder";
import type { Kernelspec } from "./kernelspec";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "graft-spec-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function kernelspec(...args: readonly string[]): { code: number | null; stderr: string; stdout: string } {
  const env = { ...process.env, JUPYTER_DATA_DIR: join(folder, "data") };
  const command = [join(distFolder(), "cli.js"), "kernelspec", ...args];
  const { status, stderr, stdout } = spawnSync(process.execPath, command, { encoding: "utf8", env, timeout: 30_000 });
  return { code: status, stderr, stdout };
}

const specIn = (data: string): Kernelspec =>
  JSON.parse(readFileSync(join(folder, data, "kernels/graft/kernel.json"), "utf8")) as Kernelspec;

test.each([
  ["by default", [], "data"],
  ["--user", ["--user"], "data"],
  ["--prefix", ["--prefix"], "venv/share/jupyter"],
])("install %s, then uninstall", (_, flags, data) => {
  const args = flags[0] === "--prefix" ? ["--prefix", join(folder, "venv")] : flags;
  expect(kernelspec("install", ...args)).toMatchObject({ code: 0, stderr: "" });
  const spec = specIn(data);
  expect(spec).toMatchObject({ display_name: "Graft (TypeScript)", language: "typescript", interrupt_mode: "message" });
  const [node, kernelFile, ...rest] = spec.argv;
  expect(isAbsolute(node!) && existsSync(node!)).toBe(true);
  expect(isAbsolute(kernelFile!) && existsSync(kernelFile!)).toBe(true);
  expect(rest).toEqual(["--jupyter-connection-file", "{connection_file}"]);
  expect(readdirSync(join(folder, data, "kernels/graft")).sort()).toEqual([
    "kernel.json",
    "logo-32x32.png",
    "logo-64x64.png",
    "logo-svg.svg",
  ]);
  expect(kernelspec("uninstall", ...args)).toMatchObject({ code: 0 });
  expect(readdirSync(join(folder, data, "kernels"))).toEqual([]);
  expect(readdirSync(join(folder, data))).toEqual(["kernels"]);
});

test("an older spec is replaced as a whole", () => {
  const older = join(folder, "data/kernels/graft");
  mkdirSync(older, { recursive: true });
  writeFileSync(join(older, "kernel.json"), "{}");
  writeFileSync(join(older, "left-over.js"), "");
  expect(kernelspec("install")).toMatchObject({ code: 0 });
  expect(readdirSync(older)).not.toContain("left-over.js");
  expect(specIn("data").language).toBe("typescript");
});

test.each([
  ["a place that cannot be written", ["install", "--prefix", "/dev/null"], /ENOTDIR at .*Choose a folder/],
  ["to remove what is not there", ["uninstall"], /Graft's kernel spec in .*none there/],
  ["two places at once", ["install", "--user", "--prefix", "/x"], /cannot be used with/],
])("refuses %s", (_, args, message) => {
  const { code, stderr } = kernelspec(...args);
  expect(code).toBe(1);
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/\n\s+at .*\.js/);
});
