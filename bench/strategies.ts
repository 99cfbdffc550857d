/**
 * `bench -- strategies`: every strategy on real images over several seeds, beside PyTorch and Keras with the same recipes, weights and
 * examples. They take turns; each has all threads.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOnnxruntimeEngine } from "../src/lab/engine/onnxruntimeEngine";
import { machineName, type TableReport } from "./benchReport";
import { type PythonPeer, startPythonPeer, threads } from "./pythonPeer";
import { type PartName, strategyParts } from "./strategiesParts";
import { type PeerName, peerPrograms } from "./strategiesPeer";
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
  const peers = new Map<PeerName, PythonPeer>();
  try {
    for (const [name, program] of Object.entries(peerPrograms)) {
      const peer = await startPythonPeer(program, options);
      if (peer !== undefined) peers.set(name as PeerName, peer);
    }
    const parts = await strategyParts(options.parts, quick);
    const seeds = quick ? 2 : 5;
    const trials: Trial[] = [];
    for (const part of parts) trials.push(...(await trialsOf(part, { engine, peers, folder, seeds, say })));
    const { table, notes } = strategiesTable(trials);
    return {
      bench: "strategies",
      machine: machineName(),
      table,
      results: trials,
      notes: [
        `${[engine.name, ...[...peers.values()].map(({ name }) => name)].join(", ")}; ${threads} threads each, taking turns with each training. ${seeds} seeds, each with other labelled digits; means with 95 % intervals (Student's t), gains and differences paired by seed; seconds are medians.`,
        ...Object.entries(peerPrograms)
          .filter(([name]) => !peers.has(name as PeerName))
          .map(([, { name }]) => `Left out: ${name} (neither pip nor Debian could install it).`),
        ...parts.map(({ about }) => about),
        ...notes,
      ],
    };
  } finally {
    for (const peer of peers.values()) peer.stop();
    await engine.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}
