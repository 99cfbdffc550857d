/**
 * `bench -- tsne`: maps of MNIST's digits as a backbone sees them, beside scikit-learn's TSNE on the same features. What is measured of
 * a map, Graft measures for both.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backbones, datasets, graft } from "../src/lab";
import { mapFeatures } from "../src/lab/insight/maps/mapFeatures";
import { type MapQuality, mapQuality, qualitySample } from "../src/lab/insight/maps/mapQuality";
import type { Matrix } from "../src/lab/insight/maps/matrix";
import { productsFor } from "../src/lab/insight/maps/products";
import { soloTeam } from "../src/lab/insight/maps/team";
import { advantage, type BenchReport, type BenchRow, machineName, median, rounded } from "./benchReport";
import { type PeerProgram, startPythonPeer, threads } from "./pythonPeer";
import { writeTensorFile } from "./tensorFile";

export interface TsneBenchOptions {
  readonly cacheFolder: string;
  /** The folder `bench/python`. */
  readonly scripts: string;
  /** True: small sizes, to see that everything runs. */
  readonly quick: boolean;
  readonly say: (text: string) => void;
}

interface Size {
  readonly rows: number;
  readonly rounds: number;
  /** Another one would take scikit-learn the greater part of an hour. */
  readonly beside: boolean;
  /** How many times faster it has to be, with a map that is as good. */
  readonly faster?: number;
  /** At most. */
  readonly seconds?: number;
}

const sizes: readonly Size[] = [
  { rows: 1000, rounds: 3, beside: true, seconds: 2.5 },
  { rows: 3000, rounds: 3, beside: true, seconds: 5 },
  { rows: 10_000, rounds: 1, beside: true, faster: 3 },
  { rows: 70_000, rounds: 1, beside: false, seconds: 300 },
];
const quickSizes: readonly Size[] = [
  { rows: 500, rounds: 1, beside: true },
  { rows: 2500, rounds: 1, beside: false },
];

const scikitLearn: PeerProgram = {
  name: "scikit-learn",
  modules: ["sklearn"],
  packages: ["scikit-learn", "numpy"],
  debian: "python3-sklearn",
  script: "tsne_peer.py",
};

/** Up to so many points the quality is that of all of them. */
const MOST_MEASURED = 10_000;

/** What a map took and what it is worth. */
interface Figures {
  readonly seconds: number;
  readonly quality: MapQuality;
  /** Of memory, beside what was in use before. */
  readonly megabytes: number;
}

export async function benchTsne(options: TsneBenchOptions): Promise<BenchReport> {
  const { quick, say } = options;
  const folder = await mkdtemp(join(tmpdir(), "graft-bench-"));
  const notes: string[] = [];
  const rows: BenchRow[] = [];
  try {
    const all = await digitFeatures(Math.max(...(quick ? quickSizes : sizes).map((size) => size.rows)), say);
    let before: { readonly rows: number; readonly megabytes: number } | undefined;
    for (const size of quick ? quickSizes : sizes) {
      const features = firstRows(all, size.rows);
      say(`${size.rows} points`);
      const rounds: Figures[] = [];
      for (let round = 0; round < size.rounds; round++) rounds.push(await ofGraft(features));
      const graft = { ...rounds[0]!, seconds: median(rounds.map(({ seconds }) => seconds)) };
      const peer = size.beside ? await ofScikitLearn(features, size.rounds, folder, options) : undefined;
      if (size.beside && peer === undefined)
        notes.push("Left out: scikit-learn (neither pip nor Debian could install it).");
      rows.push(...rowsOf(size, graft, peer, before));
      before = { rows: size.rows, megabytes: graft.megabytes };
    }
    return {
      bench: "tsne",
      machine: machineName(),
      rows,
      notes: [
        `${all.columns} features a digit, of the shipped backbone's last layer before the head; ${threads} threads each; both with perplexity 30, 1000 iterations, the principal components as start. Memory is the peak beside what the process had before. Quality: of 10 neighbours in the features; of 70,000 points that of a sample among all.`,
        ...notes,
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function rowsOf(
  size: Size,
  graft: Figures,
  peer: (Figures & { name: string }) | undefined,
  before: { readonly rows: number; readonly megabytes: number } | undefined,
): BenchRow[] {
  const what = size.rows.toLocaleString("en");
  const beside = (figure: (figures: Figures) => number) =>
    peer === undefined ? {} : { [peer.name]: rounded(figure(peer)) };
  const atLeast = (times: number, figure: (figures: Figures) => number, better: "lower" | "higher") => ({
    text: `x${times} scikit-learn`,
    met: peer !== undefined && advantage({ graft: figure(graft), better }, figure(peer)) >= times,
  });
  const isGoal = size.faster !== undefined && peer !== undefined;
  const seconds = (figures: Figures) => figures.seconds;
  const trust = ({ quality }: Figures) => quality.trustworthiness;
  const recall = ({ quality }: Figures) => quality.neighbourRecall;
  const row = (title: string, unit: string, figure: (figures: Figures) => number, better: "lower" | "higher") => ({
    what: `${what} points: ${title}`,
    unit,
    better,
    graft: better === "higher" ? Number(figure(graft).toFixed(4)) : rounded(figure(graft)),
    peers:
      better === "higher" && peer !== undefined ? { [peer.name]: Number(figure(peer).toFixed(4)) } : beside(figure),
  });
  const megabytes = (figures: Figures) => figures.megabytes;
  return [
    {
      ...row("time", "s", seconds, "lower"),
      goals: [
        ...(isGoal ? [atLeast(size.faster, seconds, "lower")] : []),
        ...(size.seconds === undefined ? [] : [{ text: `${size.seconds} s`, met: graft.seconds <= size.seconds }]),
      ],
    },
    {
      ...row("trustworthiness", "", trust, "higher"),
      ...(isGoal ? { goals: [atLeast(1, trust, "higher")] } : {}),
    },
    {
      ...row("neighbour recall", "", recall, "higher"),
      ...(isGoal ? { goals: [atLeast(1, recall, "higher")] } : {}),
    },
    {
      ...row("memory", "MB", megabytes, "lower"),
      goals:
        size.beside || before === undefined
          ? []
          : [
              {
                text: `no more a point than for ${before.rows.toLocaleString("en")}`,
                met: graft.megabytes / size.rows <= before.megabytes / before.rows,
              },
            ],
    },
  ];
}

async function ofGraft({ rows, columns, data }: Matrix): Promise<Figures> {
  const features = data as Float32Array;
  const before = process.memoryUsage.rss();
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 50);
  const start = performance.now();
  const { map } = await mapFeatures({ rows, columns, features, method: "tsne", dims: 2, seed: 0 });
  const seconds = (performance.now() - start) / 1000;
  clearInterval(watch);
  return { seconds, megabytes: (peak - before) / 2 ** 20, quality: await qualityOf({ rows, columns, data }, map) };
}

/** In a process of its own, so that its peak is that of this map. */
async function ofScikitLearn(
  { rows, columns, data }: Matrix,
  rounds: number,
  folder: string,
  options: TsneBenchOptions,
): Promise<(Figures & { name: string }) | undefined> {
  const peer = await startPythonPeer(scikitLearn, options);
  if (peer === undefined) return undefined;
  try {
    const features = { shape: [rows, columns], data: data as Float32Array };
    const stored = await writeTensorFile(join(folder, `features-${rows}`), new Map([["features", features]]));
    await peer.ask({ do: "prepare", ...stored });
    const seconds: number[] = [];
    let answer: Record<string, unknown> = {};
    for (let round = 0; round < rounds; round++) {
      answer = await peer.ask({ do: "round" });
      seconds.push(answer.seconds as number);
    }
    const quality = await qualityOf({ rows, columns, data }, Float32Array.from(answer.map as number[]));
    return { name: peer.name, seconds: median(seconds), megabytes: answer.megabytes as number, quality };
  } finally {
    peer.stop();
  }
}

async function qualityOf(features: Matrix, map: Float32Array): Promise<MapQuality> {
  const { rows, columns } = features;
  const products = await productsFor(rows * rows * columns);
  const drawn = { rows, columns: 2, data: map };
  const examples = rows <= MOST_MEASURED ? undefined : qualitySample(rows, columns, 0);
  return mapQuality(features, drawn, 10, products, soloTeam, examples);
}

/** Of MNIST's test digits and then its training digits, as many as there have to be. */
async function digitFeatures(rows: number, say: (text: string) => void): Promise<Matrix> {
  say("features of the shipped backbone");
  const { train, test } = await datasets.mnist({ full: true });
  const model = graft(await backbones.load("fashion-cnn"), { classes: test.classes });
  const parts = [test.subset(0, Math.min(rows, test.size))];
  if (rows > test.size) parts.push(train.subset(0, rows - test.size));
  const features: Float32Array[] = [];
  for (const part of parts) features.push((await model.features(part)).features.data);
  const columns = features[0]!.length / parts[0]!.size;
  const data = new Float32Array(rows * columns);
  data.set(features[0]!);
  if (features.length > 1) data.set(features[1]!, features[0]!.length);
  return { rows, columns, data };
}

function firstRows({ columns, data }: Matrix, rows: number): Matrix {
  return { rows, columns, data: data.slice(0, rows * columns) };
}
