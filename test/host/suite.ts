/**
 * Entry of the host tests inside the extension host, the same for VS Code's desktop version and its server: runs every
 * `*.suite.ts` with Mocha and writes what came of it for the runner. A new suite gets a line in `loadSuites`.
 */
import { hostVariables } from "./control";
import { runMocha } from "./mochaRun";
import { loadedAnew } from "./reloadWindow";

async function loadSuites(): Promise<void> {
  if (await loadedAnew()) {
    await import("./reloaded.suite");
    return;
  }
  await import("./smoke.suite");
  await import("./cells.suite");
  await import("./kernel.suite");
  await import("./crash.suite");
  await import("./input.suite");
  await import("./server.suite");
  await import("./language.suite");
  await import("./stale.suite");
  await import("./views.suite");
  await import("./trees.suite");
  await import("./commands.suite");
  await import("./fineTune.suite");
  await import("./embedding.suite");
  // The last one: its last test loads the window anew.
  await import("./reload.suite");
}

/** Called by VS Code. Rejects when a test failed. */
export async function run(): Promise<void> {
  // The tests behind a reload belong together, and to the one before it.
  const only = (await loadedAnew()) ? undefined : process.env[hostVariables.only];
  await runMocha(loadSuites, only);
}
