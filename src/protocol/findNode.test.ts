import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findNode, isNewEnough, listNodes } from "./findNode";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "graft-nodes-"))));
afterEach(() => rmSync(folder, { recursive: true }));

/** A program that says it is this version of Node. */
function pretend(version: string, ...path: readonly string[]): string {
  const file = join(folder, ...path, "node");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho ${version}\n`);
  chmodSync(file, 0o755);
  return file;
}

const named = (): NodeJS.ProcessEnv => ({
  PATH: join(folder, "path"),
  NVM_DIR: join(folder, "nvm"),
  FNM_DIR: join(folder, "fnm"),
  VOLTA_HOME: join(folder, "volta"),
  ASDF_DATA_DIR: join(folder, "asdf"),
  MISE_DATA_DIR: join(folder, "mise"),
});

describe("isNewEnough", () => {
  it.each([
    ["20.19.0", true],
    ["20.18.3", false],
    ["22.0.0", true],
    ["18.20.8", false],
  ])("%s: %s", (version, enough) => {
    expect(isNewEnough(version)).toBe(enough);
  });
});

describe("listNodes", () => {
  it("finds those on PATH and those of version managers, the newest first, each once", async () => {
    const onPath = pretend("21.7.3", "path");
    const old = pretend("18.20.8", "nvm", "versions", "node", "v18.20.8", "bin");
    const nvm = pretend("30.1.0", "nvm", "versions", "node", "v30.1.0", "bin");
    const fnm = pretend("20.19.5", "fnm", "node-versions", "v20.19.5", "installation", "bin");
    const volta = pretend("31.0.0", "volta", "tools", "image", "node", "31.0.0", "bin");
    mkdirSync(join(folder, "asdf", "installs", "nodejs"), { recursive: true });
    symlinkSync(dirname(dirname(nvm)), join(folder, "asdf", "installs", "nodejs", "same"));
    const found = (await listNodes(named())).filter(({ command }) => command.startsWith(folder));
    expect(found.map(({ version, command }) => [version, command])).toEqual([
      ["31.0.0", volta],
      ["30.1.0", nvm],
      ["21.7.3", onPath],
      ["20.19.5", fnm],
      ["18.20.8", old],
    ]);
  });

  it("leaves out what is no Node", async () => {
    pretend("hello", "path");
    pretend("", "nvm", "versions", "node", "v1", "bin");
    expect((await listNodes(named())).filter(({ command }) => command.startsWith(folder))).toEqual([]);
  });
});

describe("findNode", () => {
  it("takes the one that is named", async () => {
    const file = pretend("30.1.0");
    expect(await findNode(file)).toEqual({ command: file, env: {}, version: "30.1.0", electron: false });
  });

  it("refuses one that is too old, and what is no Node", async () => {
    const old = pretend("18.20.8", "old");
    await expect(findNode(old)).rejects.toThrow(
      `Expected Node 20.19 or newer to run the kernel, but found Node 18.20.8 at ${old}`,
    );
    await expect(findNode(join(folder, "nothing"))).rejects.toThrow("nothing that runs at");
  });
});
