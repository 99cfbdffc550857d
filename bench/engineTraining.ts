/** Training steps beside the peers: a small CNN, a linear head by gradient descent, a transformer's layer. */
import { initialWeights } from "../src/lab/backbone/initialWeights";
import type { Layer, LayerGraph, Tensor, Weights } from "../src/lab/backbone/layerGraph";
import { Rng } from "../src/shared/rng";
import type { BenchRow } from "./benchReport";
import {
  distance,
  type EngineBench,
  type Goal,
  measuredRow,
  peerContender,
  peerGraph,
  tensorFile,
  timed,
} from "./engineContext";

interface TrainingCase {
  readonly what: string;
  readonly graph: LayerGraph;
  readonly rows: number;
  readonly batchSize: number;
  /** Epochs of one round. */
  readonly epochs: number;
  readonly unit: "ms a step" | "steps/s" | "ms an epoch";
  readonly goals: readonly Goal[];
}

type LayerWithoutInputs = Layer extends infer Kind ? (Kind extends Layer ? Omit<Kind, "inputs"> : never) : never;

export function chain(shape: readonly number[], layers: readonly LayerWithoutInputs[]): LayerGraph {
  return {
    input: { name: "input", shape },
    layers: layers.map((layer, i) => ({ ...layer, inputs: [layers[i - 1]?.name ?? "input"] })),
    output: layers.at(-1)!.name,
  };
}

export function conv(name: string, filters: number, stride = 1): LayerWithoutInputs {
  return {
    type: "Conv2D",
    name,
    filters,
    kernelSize: [3, 3],
    strides: [stride, stride],
    padding: "same",
    useBias: true,
    activation: "relu",
  };
}

const pool = (name: string): LayerWithoutInputs => ({
  type: "MaxPooling2D",
  name,
  poolSize: [2, 2],
  strides: [2, 2],
  padding: "valid",
});

export function dense(name: string, units: number, activation: "relu" | "linear" = "linear"): LayerWithoutInputs {
  return { type: "Dense", name, units, useBias: true, activation };
}

const cnn = chain(
  [28, 28, 1],
  [
    conv("conv1", 32),
    pool("pool1"),
    conv("conv2", 64),
    pool("pool2"),
    { type: "Flatten", name: "flatten" },
    dense("hidden", 128, "relu"),
    dense("head", 10),
  ],
);

/** Post-norm, as in the paper and as PyTorch's default. */
const encoder: LayerGraph = {
  input: { name: "input", shape: [128, 384] },
  layers: [
    { type: "MultiHeadAttention", name: "attention", inputs: ["input"], heads: 6, keyDim: 64, useBias: true },
    { type: "Add", name: "add1", inputs: ["input", "attention"] },
    { type: "LayerNormalization", name: "norm1", inputs: ["add1"], epsilon: 1e-5 },
    { ...dense("wide", 1536, "relu"), inputs: ["norm1"] },
    { ...dense("narrow", 384), inputs: ["wide"] },
    { type: "Add", name: "add2", inputs: ["norm1", "narrow"] },
    { type: "LayerNormalization", name: "norm2", inputs: ["add2"], epsilon: 1e-5 },
    { type: "GlobalAveragePooling1D", name: "average", inputs: ["norm2"] },
    { ...dense("head", 10), inputs: ["average"] },
  ],
  output: "head",
};

export async function trainingRows(bench: EngineBench): Promise<BenchRow[]> {
  const less = bench.quick ? 4 : 1;
  const cases: readonly TrainingCase[] = [
    {
      what: "CNN 28x28 from scratch, batch 128",
      graph: cnn,
      rows: 128 * 40,
      batchSize: 128,
      epochs: 8 / less,
      unit: "steps/s",
      goals: [{ peer: "any", atLeast: 1 }],
    },
    {
      what: "linear head 5000x1280, an epoch of Adam, batch 64",
      graph: chain([1280], [dense("head", 10)]),
      rows: 5000,
      batchSize: 64,
      epochs: 40 / less,
      unit: "ms an epoch",
      goals: [{ peer: "PyTorch", atLeast: 1.5 }],
    },
    {
      what: "transformer encoder layer (8, 128, 384), 6 heads, FF 1536",
      graph: encoder,
      rows: 64,
      batchSize: 8,
      epochs: 8 / less,
      unit: "ms a step",
      goals: [{ peer: "PyTorch", atLeast: 1.3 }],
    },
  ];
  const rows: BenchRow[] = [];
  for (const one of cases) rows.push(await trainingRow(bench, one));
  return rows;
}

async function trainingRow(bench: EngineBench, one: TrainingCase): Promise<BenchRow> {
  bench.say(one.what);
  const { graph, batchSize, epochs, unit } = one;
  const weights = initialWeights(graph, 1);
  const features = randomRows(one.rows, graph.input.shape);
  const labels = Int32Array.from({ length: one.rows }, (_, i) => (i * 7) % 10);
  const trainable = [...new Set([...weights.keys()].map((name) => name.slice(0, name.lastIndexOf("/"))))];
  const steps = Math.ceil(one.rows / batchSize);
  const figure = (secondsOfEpoch: number): number => {
    if (unit === "ms an epoch") return 1000 * secondsOfEpoch;
    return unit === "steps/s" ? steps / secondsOfEpoch : (1000 * secondsOfEpoch) / steps;
  };
  const rate = 1e-3;
  const file = await tensorFile(bench, "training", weights, {
    features,
    labels: { shape: [one.rows], data: labels },
  });
  const options = { ...file, graph: peerGraph(graph), trainable, batch: batchSize, rate };
  await requireAgreement(bench, one.what, options, { graph, weights, trainable, features, labels, batchSize, rate });
  for (const peer of bench.peers) {
    const { how } = await peer.ask({ do: "train", job: "training", ...options });
    bench.say(`  ${peer.name} is quickest with ${how as string}`);
  }
  const row = await measuredRow(bench, {
    what: one.what,
    unit,
    better: unit === "steps/s" ? "higher" : "lower",
    goals: one.goals,
    graft: {
      name: "graft",
      round: async () => {
        const request = { graph, weights, trainable, epochs, batchSize, seed: 1 };
        const optimizer = { name: "adam", learningRate: rate } as const;
        const work = () => bench.engine.train({ ...request, optimizer, train: { features, targets: labels } });
        return figure((await timed(work)) / epochs);
      },
    },
    others: bench.peers.map((peer) => peerContender(peer, "training", epochs, figure)),
  });
  for (const peer of bench.peers) await peer.ask({ do: "drop", job: "training" });
  return row;
}

export interface Agreement {
  readonly graph: LayerGraph;
  readonly weights: Weights;
  readonly trainable: readonly string[];
  readonly features: Tensor;
  readonly labels: Int32Array;
  readonly batchSize: number;
  readonly rate: number;
}

/** Three steps on one batch from the same weights: who trains something else has no place in the table. */
export async function requireAgreement(
  bench: EngineBench,
  what: string,
  peerOptions: Readonly<Record<string, unknown>>,
  { graph, weights, trainable, features, labels, batchSize, rate }: Agreement,
): Promise<void> {
  const steps = 3;
  const width = features.data.length / features.shape[0]!;
  const batch = { shape: [batchSize, ...features.shape.slice(1)], data: features.data.slice(0, batchSize * width) };
  const { epochs } = await bench.engine.train({
    graph,
    weights,
    trainable,
    train: { features: batch, targets: labels.slice(0, batchSize) },
    epochs: steps,
    batchSize,
    optimizer: { name: "adam", learningRate: rate },
    seed: 1,
  });
  const ours = epochs.map(({ trainLoss }) => trainLoss);
  for (const peer of bench.peers) {
    const { losses } = await peer.ask({ do: "losses", steps, ...peerOptions });
    const apart = distance(ours, losses as number[]);
    bench.say(`  losses of ${steps} steps, ours and ${peer.name}: ${apart.toExponential(1)} apart`);
    if (!(apart < 2e-3)) {
      bench.notes.push(`${what}: ${peer.name} trained to other losses (${apart.toExponential(1)} apart).`);
    }
  }
}

export function randomRows(rows: number, shape: readonly number[], seed = 3): Tensor {
  const rng = new Rng(seed);
  const size = shape.reduce((product, side) => product * side, rows);
  return { shape: [rows, ...shape], data: Float32Array.from({ length: size }, () => rng.normal()) };
}
