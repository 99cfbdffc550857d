/**
 * `bench -- engine`: the transfer engine beside PyTorch, Keras, scikit-learn and a hand-made ONNX file. Same weights and batches
 * on all sides, and losses or features are compared before anything is timed; rounds are interleaved.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOnnxruntimeEngine } from "../src/lab/engine/onnxruntimeEngine";
import { machineName, type BenchReport, type BenchRow } from "./benchReport";
import type { EngineBench } from "./engineContext";
import { headRow } from "./engineHead";
import { growthRows, memoryRows } from "./engineLimits";
import { mobileNetRows } from "./engineMobileNet";
import { trainingRows } from "./engineTraining";
import { kerasProgram, type PeerProgram, type PythonPeer, startPythonPeer, threads, torchProgram } from "./pythonPeer";

export interface EngineBenchOptions {
  readonly kernelFile: string;
  readonly cacheFolder: string;
  /** The folder `bench/python`. */
  readonly scripts: string;
  /** True: small sizes and one round, to see that everything runs. */
  readonly quick: boolean;
  /** Only these parts; default all. */
  readonly parts: readonly EnginePart[];
  readonly say: (text: string) => void;
}

export const engineParts = ["mobilenet", "training", "head", "memory", "growth"] as const;
export type EnginePart = (typeof engineParts)[number];

const scikitLearn: PeerProgram = {
  name: "scikit-learn",
  modules: ["sklearn"],
  packages: ["scikit-learn", "numpy"],
  debian: "python3-sklearn",
  script: "sklearn_peer.py",
};

export async function benchEngine(options: EngineBenchOptions): Promise<BenchReport> {
  const { say, quick, parts } = options;
  const folder = await mkdtemp(join(tmpdir(), "graft-bench-"));
  const engine = createOnnxruntimeEngine();
  const notes: string[] = [];
  const started: PythonPeer[] = [];
  const start = async (program: PeerProgram): Promise<PythonPeer | undefined> => {
    const peer = await startPythonPeer(program, options);
    if (peer === undefined) notes.push(`Left out: ${program.name} (neither pip nor Debian could install it).`);
    else started.push(peer);
    return peer;
  };
  try {
    const peers = parts.some((part) => part === "mobilenet" || part === "training")
      ? [await start(torchProgram), await start(kerasProgram)].filter((peer) => peer !== undefined)
      : [];
    const sklearn = parts.includes("head") ? await start(scikitLearn) : undefined;
    const bench: EngineBench = { engine, peers, sklearn, folder, rounds: quick ? 1 : 5, quick, notes, say };
    const work: Record<EnginePart, () => Promise<BenchRow[]>> = {
      mobilenet: () => mobileNetRows(bench),
      training: () => trainingRows(bench),
      head: async () => [await headRow(bench)],
      memory: () => memoryRows(bench, options.kernelFile),
      growth: () => growthRows(bench),
    };
    const rows: BenchRow[] = [];
    for (const part of engineParts) if (parts.includes(part)) rows.push(...(await work[part]()));
    const versions = [engine.name, ...started.map(({ name }) => name)].join(", ");
    return {
      bench: "engine",
      machine: machineName(),
      rows,
      notes: [
        `${versions}; ${threads} threads each. Medians of ${bench.rounds} interleaved rounds; the peers with a malloc that keeps its memory, each in its quickest layout or compilation. In brackets: how many times better Graft is.`,
        ...notes,
      ],
    };
  } finally {
    for (const peer of started) peer.stop();
    await engine.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}
