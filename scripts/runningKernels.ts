/** Finds kernels by the runtime folder that stands on their command line, so a forgotten one cannot hide. */
import { runProgram } from "../src/cli/runProgram";

/** Process ids of the kernels whose connection files are in `runtimeFolder`. Windows has no `ps`: always empty there. */
export async function kernelsIn(runtimeFolder: string): Promise<number[]> {
  if (process.platform === "win32") {
    return [];
  }
  const { stdout } = await runProgram("ps", ["-axww", "-o", "pid=,args="]);
  return stdout
    .split("\n")
    .filter((line) => line.includes("--connection-file") && line.includes(runtimeFolder))
    .map((line) => Number.parseInt(line, 10));
}
