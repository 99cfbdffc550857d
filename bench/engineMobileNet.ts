/** MobileNetV2 on images of 224 x 224 beside the peers: frozen, and with its last block in training. */
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import type { Backbone } from "../src/lab/backbone/backbone";
import { backbones } from "../src/lab/backbone/backbones";
import { cutGraph, weightsOf } from "../src/lab/backbone/cutGraph";
import { weightedLayers } from "../src/lab/backbone/graphShapes";
import { preprocess } from "../src/lab/backbone/preprocessing";
import { Dataset } from "../src/lab/data/dataset";
import { datasets } from "../src/lab/data/datasets";
import { graftOn } from "../src/lab/train/graft";
import { LabRuntime } from "../src/lab/train/labRuntime";
import { trunkFeatures } from "../src/lab/train/trunkFeatures";
import { median, type BenchRow } from "./benchReport";
import { distance, type EngineBench, measuredRow, peerContender, peerGraph, tensorFile, timed } from "./engineContext";
import { requireAgreement } from "./engineTraining";
import { handMadeMobileNet } from "./handMadeMobileNet";
import type { Contender } from "./interleaved";
import { threads } from "./pythonPeer";

const address = "npm:nsfwjs/dist/models/mobilenet_v2";
const batchSize = 32;
/** The last inverted residual block and the last convolution, each with its batch norm, and the head. */
const lastLayers = 3 * 2 + 2 + 1;
const rate = 1e-4;

export async function mobileNetRows(bench: EngineBench): Promise<BenchRow[]> {
  const backbone = await backbones.load(address);
  const ways = new Map<string, string>();
  return [...(await frozenRows(bench, backbone, ways)), ...(await fineTuneRows(bench, backbone, ways))];
}

/** `ways` gets each peer's quickest way to compute this network. */
async function frozenRows(bench: EngineBench, backbone: Backbone, ways: Map<string, string>): Promise<BenchRow[]> {
  bench.say("frozen MobileNetV2");
  const batches = bench.quick ? 1 : 4;
  const count = batchSize * batches;
  const { graph, weights } = backbone;
  const images = await photos(count);
  const input = preprocess(images, backbone.preprocessing);
  const file = await tensorFile(bench, "frozen", weights, { input });
  const figure = (secondsOfBatch: number): number => batchSize / secondsOfBatch;

  const ours = await bench.engine.infer(graph, weights, input, { batchSize, modelKey: address });
  const check = (name: string, values: ArrayLike<number>): void => {
    const apart = distance(ours.data, values);
    bench.say(`  features, ours and ${name}: ${apart.toExponential(1)} apart`);
    if (!(apart < 1e-3))
      bench.notes.push(`Frozen MobileNetV2: ${name} computed other features (${apart.toExponential(1)} apart).`);
  };
  for (const peer of bench.peers) {
    const { sample, how } = await peer.ask({
      do: "infer",
      job: "frozen",
      ...file,
      graph: peerGraph(graph),
      batch: batchSize,
    });
    check(peer.name, sample as number[]);
    ways.set(peer.name, how as string);
    bench.say(`  ${peer.name} is quickest with ${how as string}`);
  }
  const handMade = await handMadeContender(backbone, input.data, batches);
  check(handMade.contender.name, handMade.sample);
  const peers = bench.peers.map((peer) => peerContender(peer, "frozen", batches, figure));
  const row = await measuredRow(bench, {
    what: "frozen MobileNetV2 224, batch 32",
    unit: "images/s",
    better: "higher",
    goals: [
      { peer: "PyTorch", atLeast: 1.5 },
      { peer: handMade.contender.name, atLeast: 0.9 },
    ],
    graft: {
      name: "graft",
      round: async () => {
        const work = () => bench.engine.infer(graph, weights, input, { batchSize, modelKey: address });
        return count / (await timed(work));
      },
    },
    others: [...peers, handMade.contender],
  });
  await handMade.session.release();
  const whole = await measuredRow(bench, {
    what: "the same from bytes to stored features, with hashing",
    unit: "images/s",
    better: "higher",
    goals: [],
    graft: {
      name: "graft",
      round: async () => {
        const fresh = await photos(count);
        const trunk = { graph, weights, preprocessing: backbone.preprocessing };
        return count / (await timed(() => trunkFeatures(new LabRuntime(bench.engine), trunk, fresh)));
      },
    },
    others: [],
  });
  for (const peer of bench.peers) await peer.ask({ do: "drop", job: "frozen" });
  return [row, whole];
}

/** onnxruntime on its own, with its own defaults. */
async function handMadeContender(
  backbone: Backbone,
  pixels: Float32Array,
  batches: number,
): Promise<{ contender: Contender; session: InferenceSession; sample: Float32Array }> {
  const session = await InferenceSession.create(handMadeMobileNet(backbone.graph, backbone.weights), {
    intraOpNumThreads: threads,
  });
  const size = 224 * 224;
  const planes = new Float32Array(batchSize * 3 * size);
  for (let image = 0; image < batchSize; image++) {
    for (let i = 0; i < 3 * size; i++) {
      planes[image * 3 * size + (i % 3) * size + Math.floor(i / 3)] = pixels[image * 3 * size + i]!;
    }
  }
  const input = new OrtTensor("float32", planes, [batchSize, 3, 224, 224]);
  const { output } = await session.run({ input });
  return {
    session,
    sample: (output!.data as Float32Array).slice(0, 1280),
    contender: {
      name: "hand-made ONNX",
      round: async () => {
        const work = async (): Promise<void> => {
          for (let i = 0; i < batches; i++) await session.run({ input });
        };
        return (batches * batchSize) / (await timed(work));
      },
    },
  };
}

async function fineTuneRows(
  bench: EngineBench,
  backbone: Backbone,
  ways: ReadonlyMap<string, string>,
): Promise<BenchRow[]> {
  const count = bench.quick ? 128 : 2000;
  /** A peer's epoch is linear in its images: all pass through all layers. So it may have fewer, and its time is scaled. */
  const peerCount = bench.quick ? 64 : 256;
  const epochs = 3;
  bench.say(`fine-tuning the last block of MobileNetV2 on ${count} images`);
  const images = await photos(count);
  const few = images.subset(0, peerCount);
  const model = graftOn(new LabRuntime(bench.engine), backbone, { classes: images.classes, checkpoints: false });
  const trainable = weightedLayers(model.graph)
    .slice(-lastLayers)
    .map(({ name }) => name);
  const bytes = new Uint8Array(peerCount * 224 * 224 * 3);
  for (let i = 0; i < peerCount; i++) bytes.set(few.image(i), i * 224 * 224 * 3);
  const file = await tensorFile(bench, "fineTune", model.weights, {
    features: { shape: [peerCount, 224, 224, 3], data: bytes },
    labels: { shape: [peerCount], data: few.labels },
  });
  const options = { ...file, graph: peerGraph(model.graph), trainable, batch: batchSize, rate };

  const { trunk, tail } = cutGraph(model.graph, new Set(trainable));
  const first = images.subset(0, batchSize);
  const trunkParts = { graph: trunk, weights: model.weights, preprocessing: backbone.preprocessing };
  const features = await trunkFeatures(new LabRuntime(bench.engine), trunkParts, first);
  await requireAgreement(bench, "Fine-tuning", options, {
    graph: tail,
    weights: weightsOf(tail, model.weights),
    trainable,
    features,
    labels: first.labels,
    batchSize,
    rate,
  });
  for (const peer of bench.peers) {
    await peer.ask({ do: "train", job: "fineTune", ...options, ways: [ways.get(peer.name)!] });
  }

  const later: number[] = [];
  const others = bench.peers.map((peer) =>
    peerContender(peer, "fineTune", 1, (seconds) => (seconds * count) / peerCount),
  );
  const goals = bench.peers.map(({ name }) => ({ peer: name, atLeast: 1 }));
  const firstEpoch = await measuredRow(bench, {
    what: `last block of MobileNetV2 + head, ${count} images: first epoch, with extraction`,
    unit: "s",
    goals: goals.map((goal) => ({ ...goal, peer: goal.peer.split(" ")[0]! })),
    graft: {
      name: "graft",
      round: async () => {
        // A new dataset on a new store: nothing is remembered, not even the hashes of the images.
        const train = Dataset.from({
          images: await photoBytes(count),
          imageShape: [224, 224, 3],
          labels: images.labels,
          classes: images.classes,
        });
        const fresh = graftOn(new LabRuntime(bench.engine), backbone, { classes: images.classes, checkpoints: false });
        const ends: number[] = [];
        fresh.history.onChange(() => {
          const done = fresh.history.phases.at(-1)!.epochs.length;
          if (done > ends.length) ends.push(performance.now());
        });
        const begin = performance.now();
        await fresh.fineTune(train, { lastLayers, epochs, batchSize, learningRate: rate, plot: false });
        later.push((ends.at(-1)! - ends[0]!) / 1000 / (epochs - 1));
        return (ends[0]! - begin) / 1000;
      },
    },
    others,
  });
  const figure = median(later.slice(1));
  const cached: BenchRow = {
    ...firstEpoch,
    what: `last block of MobileNetV2 + head, ${count} images: epochs 2..`,
    graft: Number(figure.toPrecision(3)),
    goals: Object.entries(firstEpoch.peers).map(([name, seconds]) => ({
      text: `x4 ${name.split(" ")[0]!}`,
      met: seconds / figure >= 4,
    })),
  };
  bench.notes.push(
    `Fine-tuning: peers ran epochs of ${peerCount} images, every step through all layers, and their times are scaled to ${count}; padding before strided convolutions is part of PyTorch's convolutions, as in torchvision.`,
  );
  for (const peer of bench.peers) await peer.ask({ do: "drop", job: "fineTune" });
  return [cached, firstEpoch];
}

const made = new Map<number, Uint8Array>();

/** Digits in the size of photos, as bytes `[count, 224, 224, 3]`. Made once: Graft's resizing is not what is measured. */
async function photoBytes(count: number): Promise<Uint8Array> {
  const known = made.get(count);
  if (known !== undefined) return known;
  const digits = (await datasets.mnist()).train.subset(0, count).resize({ height: 224, width: 224, channels: 3 });
  const bytes = new Uint8Array(count * 224 * 224 * 3);
  for (let i = 0; i < count; i++) bytes.set(digits.image(i), i * 224 * 224 * 3);
  made.set(count, bytes);
  return bytes;
}

async function photos(count: number): Promise<Dataset> {
  const { train } = await datasets.mnist();
  const labels = train.labels.subarray(0, count);
  return Dataset.from({ images: await photoBytes(count), imageShape: [224, 224, 3], labels, classes: train.classes });
}
