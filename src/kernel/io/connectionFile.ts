import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { ConnectionFile } from "../../protocol/kernelAddress";

/** Readers see the whole file or none: it is written beside its place and renamed. Only this user can read it. */
export function writeConnectionFile(file: string, content: ConnectionFile): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.tmp`;
  // Made anew: a file that is there already would keep its own mode, and a link would lead elsewhere.
  rmSync(draft, { force: true });
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  renameSync(draft, file);
}

export function removeConnectionFile(file: string): void {
  rmSync(file, { force: true });
}
