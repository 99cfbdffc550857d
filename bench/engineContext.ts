/** What the parts of `bench -- engine` share: the engine, the peers, the rounds, and how a row is made of them. */
import { join } from "node:path";
import { weightNames } from "../src/lab/backbone/graphShapes";
import type { LayerGraph, Weights } from "../src/lab/backbone/layerGraph";
import type { Engine } from "../src/lab/engine/engine";
import { advantage, type BenchRow, rounded } from "./benchReport";
import { type Contender, interleaved } from "./interleaved";
import type { PythonPeer } from "./pythonPeer";
import { type NamedTensor, type TensorFile, writeTensorFile } from "./tensorFile";

export interface EngineBench {
  readonly engine: Engine;
  /** PyTorch and Keras, those that could be had. */
  readonly peers: readonly PythonPeer[];
  readonly sklearn: PythonPeer | undefined;
  /** For files that both sides read. */
  readonly folder: string;
  readonly rounds: number;
  /** True: sizes that only show that everything runs. */
  readonly quick: boolean;
  /** Collects what the table has to say below itself. */
  readonly notes: string[];
  readonly say: (text: string) => void;
}

/** `peer`: the beginning of its name; `any`: the best of those that ran. */
export interface Goal {
  readonly peer: string;
  readonly atLeast: number;
}

interface Measured extends Pick<BenchRow, "what" | "unit"> {
  readonly better?: "lower" | "higher";
  readonly graft: Contender;
  readonly others: readonly Contender[];
  readonly goals: readonly Goal[];
}

export async function measuredRow(bench: EngineBench, row: Measured): Promise<BenchRow> {
  const figures = await interleaved([row.graft, ...row.others], bench.rounds);
  const { what, unit, better = "lower", goals } = row;
  const graft = rounded(figures[row.graft.name]!);
  const peers = Object.fromEntries(row.others.map(({ name }) => [name, rounded(figures[name]!)]));
  return { what, unit, better, graft, peers, goals: judged({ graft, better }, peers, goals) };
}

function judged(
  row: Pick<BenchRow, "graft" | "better">,
  peers: Readonly<Record<string, number>>,
  goals: readonly Goal[],
): NonNullable<BenchRow["goals"]> {
  return goals.flatMap(({ peer, atLeast }) => {
    const names = Object.keys(peers).filter((name) => peer === "any" || name.startsWith(peer));
    if (names.length === 0) return [];
    const text = `x${atLeast} ${peer === "any" ? "of the best" : peer}`;
    return [{ text, met: names.every((name) => advantage(row, peers[name]!) >= atLeast) }];
  });
}

/** The graph as the peers read it: with the names of each layer's weights, in Keras' order. */
export function peerGraph(graph: LayerGraph): unknown {
  const weights = Object.fromEntries(graph.layers.map((layer) => [layer.name, weightNames(layer)]));
  return { ...graph, weights };
}

export function tensorFile(
  bench: EngineBench,
  name: string,
  weights: Weights,
  others: Readonly<Record<string, NamedTensor>>,
): Promise<TensorFile> {
  return writeTensorFile(join(bench.folder, `${name}.bin`), new Map([...weights, ...Object.entries(others)]));
}

/** The figure of one unit from a peer's seconds; `repeats` units of work a round. */
export function peerContender(
  peer: PythonPeer,
  job: string,
  repeats: number,
  figure: (seconds: number) => number,
): Contender {
  return {
    name: peer.name,
    round: async () => figure((await peer.ask({ do: "round", job, repeats })).seconds as number),
  };
}

/** Wall time, in seconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work();
  return (performance.now() - before) / 1000;
}

/** The largest distance, as a part of the largest number. */
export function distance(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  let [most, largest] = [0, 0];
  for (let i = 0; i < theirs.length; i++) {
    most = Math.max(most, Math.abs(ours[i]! - theirs[i]!));
    largest = Math.max(largest, Math.abs(theirs[i]!));
  }
  return most / largest;
}
