import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "vitest";

/**
 * Compares text with the golden file of that name, which is reviewed as a diff. A missing golden fails; run with
 * `GRAFT_UPDATE_GOLDENS=1` to write what is there now.
 */
export function expectGolden(name: string, content: string): void {
  const path = join(import.meta.dirname, "__goldens__", name);
  const wanted = content.endsWith("\n") ? content : `${content}\n`;
  if (process.env.GRAFT_UPDATE_GOLDENS === "1") {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, wanted);
  }
  expect(existsSync(path), `golden ${name} is missing; look at the figure, then run with GRAFT_UPDATE_GOLDENS=1`).toBe(
    true,
  );
  expect(wanted).toBe(readFileSync(path, "utf8"));
}
