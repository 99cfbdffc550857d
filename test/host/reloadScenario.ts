/** What the window before the reload leaves behind and the one after it looks for. */
import { join } from "node:path";
import { Uri, workspace } from "vscode";
import { workspaceFolder } from "./testNotebook";

export const running = {
  name: "reload-running",
  cells: [
    // Prints until it is told to stop, so that it runs for as long as the window takes.
    `import { existsSync } from "node:fs";
let count = 0;
while (!existsSync("reload-stop")) {
  console.log("line", count++);
  await new Promise((resolve) => setTimeout(resolve, 50));
}`,
    "console.log('after', count > 10);",
    "console.log('endless'); while (true) {}",
  ],
} as const;

export const ended = {
  name: "reload-ended",
  cells: [
    `import { existsSync } from "node:fs";
console.log("before");
while (!existsSync("reload-stop")) await new Promise((resolve) => setTimeout(resolve, 50));
console.log("while nobody looked");
throw new RangeError("on purpose");`,
  ],
} as const;

export const crashed = {
  name: "reload-crashed",
  cells: [
    `import { existsSync } from "node:fs";
while (!existsSync("reload-stop")) await new Promise((resolve) => setTimeout(resolve, 50));
process.abort();`,
  ],
} as const;

export function notebookUri(name: string): Uri {
  return Uri.file(join(workspaceFolder(), `${name}.ipynb`));
}

export function stopFile(): string {
  return join(workspaceFolder(), "reload-stop");
}

/** The kernels must outlive a reload on a busy machine. */
export async function keepKernelsFor(seconds: number | undefined): Promise<void> {
  await workspace.getConfiguration("graft.kernel").update("idleExitSeconds", seconds, true);
}
