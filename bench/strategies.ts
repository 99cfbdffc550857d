/**
 * `bench -- strategies`: every strategy on real images over several seeds, beside PyTorch with the same recipes, weights and examples.
 * Graft and PyTorch take turns; both have all threads.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOnnxruntimeEngine } from "../src/lab/engine/onnxruntimeEngine";
import { machineName, type TableReport } from "./benchReport";
import { startPythonPeer, threads, torchProgram } from "./pythonPeer";
import { type PartName, strategyParts } from "./strategiesParts";
import { strategiesTable } from "./strategiesTable";
import { type Trial, trialsOf } from "./strategiesTrials";

export interface StrategiesBenchOptions {
  readonly cacheFolder: string;
  /** The folder `bench/python`. */
  readonly scripts: string;
  /** True: small sizes and two seeds, to see that everything runs. */
  readonly quick: boolean;
  /** Only these parts; default all. */
  readonly parts: readonly PartName[];
  readonly say: (text: string) => void;
}

export async function benchStrategies(options: StrategiesBenchOptions): Promise<TableReport> {
  const { say, quick } = options;
  const folder = await mkdtemp(join(tmpdir(), "graft-bench-"));
  const engine = createOnnxruntimeEngine();
  const peer = await startPythonPeer({ ...torchProgram, script: "strategies_peer.py" }, options);
  try {
    const parts = await strategyParts(options.parts, quick);
    const seeds = quick ? 2 : 5;
    const trials: Trial[] = [];
    for (const part of parts) trials.push(...(await trialsOf(part, { engine, peer, folder, seeds, say })));
    const { table, notes } = strategiesTable(trials, peer?.name ?? "PyTorch");
    return {
      bench: "strategies",
      machine: machineName(),
      table,
      results: trials,
      notes: [
        `${[engine.name, ...(peer ? [peer.name] : [])].join(", ")}; ${threads} threads each, taking turns with each training. ${seeds} seeds, each with other labelled digits; means with 95 % intervals (Student's t), gains and differences paired by seed; seconds are medians.`,
        ...(peer ? [] : ["Left out: PyTorch (neither pip nor Debian could install it)."]),
        ...parts.map(({ about }) => about),
        ...notes,
      ],
    };
  } finally {
    peer?.stop();
    await engine.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}
