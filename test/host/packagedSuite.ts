/** Entry of the tests of the packed extension: a clean VS Code that has nothing of Graft but what its `.vsix` brought. */
import { runMocha } from "./mochaRun";

/** Called by VS Code. Rejects when a test failed. */
export function run(): Promise<void> {
  return runMocha(async () => {
    await import("./packaged.suite");
    await import("./tutorial.suite");
  });
}
