import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makePrivateFolder } from "./privateFolder";

let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "graft-private-"));
  folder = join(parent, "runtime");
});
afterEach(() => rmSync(parent, { recursive: true }));

const mode = (): number => statSync(folder).mode & 0o777;

// Windows has no such modes, and only root can give a folder to somebody else.
describe.skipIf(process.platform === "win32")("a private folder", () => {
  it("is made for this user alone", () => {
    makePrivateFolder(folder);
    expect(mode()).toBe(0o700);
    makePrivateFolder(folder);
  });

  it("is closed when it was open and holds only what kernels put there", () => {
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    writeFileSync(join(folder, "kernel-1.json"), "{}");
    makePrivateFolder(folder);
    expect(mode()).toBe(0o700);
  });

  it("is refused, and left alone, when it is open and holds other things", () => {
    mkdirSync(folder);
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, "letters.txt"), "");
    expect(() => makePrivateFolder(folder)).toThrow(/others can enter \(mode 755\).*chmod 700/);
    expect(mode()).toBe(0o755);
  });

  it.runIf(process.getuid?.() === 0)("is refused when it is somebody else's, also behind a link", () => {
    mkdirSync(folder, { mode: 0o700 });
    chownSync(folder, 12345, 12345);
    expect(() => makePrivateFolder(folder)).toThrow(/belongs to somebody else/);
    const link = join(parent, "link");
    symlinkSync(folder, link);
    expect(() => makePrivateFolder(link)).toThrow(/belongs to somebody else/);
  });
});
