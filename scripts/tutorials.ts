/** The tutorials, and how a script runs one: by the kernel, without a window. */
import { readdir, rm } from "node:fs/promises";
import { basename } from "node:path";
import type { Notebook } from "../src/cli/notebook";
import { readNotebook } from "../src/cli/notebookFile";
import { runProgram } from "../src/cli/runProgram";
import { inProject } from "./project";

const minutes = 60_000;

/** File names in `notebooks/`, in the order of the course. `wanted`: only those with one of these texts in their name; none: all. */
export async function tutorialFiles(wanted: readonly string[] = []): Promise<string[]> {
  const files = await readdir(inProject("notebooks"));
  return files
    .filter((file) => /^\d\d-.*\.ipynb$/.test(file) && !file.endsWith(".executed.ipynb"))
    .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
    .sort();
}

/** `"02-how-many-layers"` */
export function tutorialName(file: string): string {
  return basename(file, ".ipynb");
}

export interface TutorialRun {
  /** Where the executed notebook goes. */
  readonly output: string;
  readonly parameters?: Readonly<Record<string, number>>;
}

/** Answers with the executed notebook. Throws an Error with what the run said when a cell failed. */
export async function runTutorial(file: string, { output, parameters = {} }: TutorialRun): Promise<Notebook> {
  const given = Object.entries(parameters).flatMap(([name, value]) => ["-p", `${name}=${value}`]);
  const command = ["run", inProject("notebooks", file), "-o", output, "--timeout", "600", ...given];
  // Features of its own: a tutorial that counts passes, or clears the store, must not meet another's.
  const features = `${output}.features`;
  const result = await runProgram(process.execPath, [inProject("dist", "cli.js"), ...command], {
    timeoutMs: 12 * minutes,
    env: { GRAFT_FEATURES: features },
  });
  await rm(features, { recursive: true, force: true });
  if (result.code === 0) return readNotebook(output);
  const trouble = result.trouble ?? `graft run ended with exit code ${result.code ?? "none"}`;
  throw new Error(`${trouble}\n${result.output.slice(-3000)}`);
}

/** Works on all of them, two at a time: each has phases that use one core only. Results in the order of the items. */
export async function twoAtATime<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at]!);
  };
  await Promise.all([worker(), worker()]);
  return results;
}
