/** Whole runs beside PyTorch's, recorded by `scripts/recordTrainingRuns.py`, whose header tells what is not recorded and why. */
import { afterAll, test } from "vitest";
import { Runtime } from "./runtime";
import { expectRepeated, recordedRuns } from "./testing/recordedRuns";

const runtime = new Runtime();
afterAll(() => runtime.dispose());

test.each(recordedRuns("torch").map((run) => [run.case.name, run] as const))("%s", (_, run) =>
  expectRepeated(runtime, run),
);
