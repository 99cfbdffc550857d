/** What every `Engine` promises, as one suite that is run for each implementation. */
import { describe, expect, test } from "vitest";
import { Rng } from "../../../shared/rng";
import type { Tensor, Weights } from "../../backbone/layerGraph";
import { initialWeights } from "../../backbone/initialWeights";
import type { Engine, EpochReport, StepReport, TrainRequest } from "../engine";
import type { TrainingSnapshot } from "../trainingSnapshot";
import { conv, dense, norm, pool, randomExamples, randomWeights, relativeDistance, sequence } from "./networks";

const graph = sequence(
  [6, 6, 1],
  [
    conv("conv", { activation: "relu" }),
    norm("bn"),
    pool("MaxPooling2D", 2, 2, "valid"),
    { type: "Flatten", name: "flatten" },
    { type: "Dropout", name: "drop", rate: 0.25 },
    dense("head", { units: 3 }),
  ],
);
const everything = ["conv", "bn", "head"];

/** Classes are told apart by where the images are bright, so that there is something to learn. */
function brightImages(rows: number, seed: number): TrainRequest["train"] {
  const rng = new Rng(seed);
  const targets = Int32Array.from({ length: rows }, (_, i) => i % 3);
  const data = Float32Array.from({ length: rows * 36 }, (_, i) => {
    const column = Math.floor((i % 6) / 2);
    return 0.5 * rng.normal() + (column === targets[Math.floor(i / 36)] ? 1.5 : 0);
  });
  return { features: { shape: [rows, 6, 6, 1], data }, targets };
}

function request(options: Partial<TrainRequest> = {}): TrainRequest {
  return {
    graph,
    weights: initialWeights(graph, 3),
    trainable: everything,
    train: brightImages(22, 1),
    validation: brightImages(12, 2),
    epochs: 4,
    batchSize: 8,
    optimizer: { name: "adam", learningRate: 0.01 },
    seed: 5,
    ...options,
  };
}

function bits(weights: Weights, layers?: readonly string[]): unknown {
  const chosen = [...weights].filter(([name]) => layers?.includes(name.split("/")[0]!) ?? true);
  return chosen.map(([name, { data }]) => [name, [...new Int32Array(data.slice().buffer)]]);
}

/** What Keras' `EarlyStopping` remembers as the best epoch, from 1. */
function kerasBest(losses: readonly number[], { minDelta }: { readonly minDelta: number }): number {
  let best = Infinity;
  let epoch = 0;
  losses.forEach((loss, i) => {
    if (loss + minDelta >= best) return;
    best = loss;
    epoch = i + 1;
  });
  return epoch;
}

const flag = () => new Int32Array(new SharedArrayBuffer(4));

/** @param open Called once; the suite disposes what it gives. */
export function engineContract(name: string, open: () => Promise<Engine>): void {
  describe(name, () => {
    const opened = open();
    const engine = async () => opened;

    test("trains: the loss falls, reports come in order", async () => {
      const steps: StepReport[] = [];
      const epochs: EpochReport[] = [];
      const result = await (
        await engine()
      ).train(request({ epochs: 8 }), {
        onStep: (step) => steps.push(step),
        onEpoch: (epoch) => epochs.push(epoch),
      });
      expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
      expect(steps[0]).toMatchObject({ steps: 24, learningRate: 0.01 });
      expect(epochs).toEqual(result.epochs);
      expect(result).toMatchObject({ steps: 24, interrupted: false });
      expect(result.diverged).toBeUndefined();
      const losses = result.epochs.map(({ trainLoss }) => trainLoss);
      expect(losses.at(-1)).toBeLessThan(0.5 * losses[0]!);
      expect(result.epochs.at(-1)!.validationAccuracy).toBeGreaterThan(0.8);
      const best = Math.min(...result.epochs.map(({ validationLoss }) => validationLoss!));
      expect(result.epochs[result.best!.epoch - 1]!.validationLoss).toBe(best);
    });

    test("what is not trainable stays to the bit, batch norm's statistics included; its inputs are not touched", async () => {
      const own = request({ trainable: ["head"], epochs: 2 });
      const before = bits(own.weights);
      const { weights } = await (await engine()).train(own);
      expect(bits(own.weights)).toEqual(before);
      expect(bits(weights, ["conv", "bn"])).toEqual(bits(own.weights, ["conv", "bn"]));
      expect(bits(weights, ["head"])).not.toEqual(bits(own.weights, ["head"]));
    });

    test("a frozen batch norm before trained layers normalises with its moving statistics", async () => {
      const weights = new Map(initialWeights(graph, 3));
      const own = request({
        weights,
        trainable: ["conv", "head"],
        epochs: 1,
        optimizer: { name: "sgd", learningRate: 0 },
      });
      const moved = new Map(weights).set("bn/moving_mean", { shape: [3], data: Float32Array.of(5, 5, 5) });
      const still = (await (await engine()).train(own)).epochs[0]!.trainLoss;
      const shifted = (await (await engine()).train({ ...own, weights: moved })).epochs[0]!.trainLoss;
      expect(Math.abs(still - shifted)).toBeGreaterThan(0.01);
    });

    test("a trained batch norm moves its statistics", async () => {
      const own = request({ epochs: 1 });
      const { weights } = await (await engine()).train(own);
      const changed = ["bn/moving_mean", "bn/moving_variance"].map((key) =>
        relativeDistance(weights.get(key)!.data, own.weights.get(key)!.data),
      );
      for (const distance of changed) expect(distance).toBeGreaterThan(1e-3);
    });

    test("same seed, same bits; another seed, others", async () => {
      const once = await (await engine()).train(request({ epochs: 2 }));
      const again = await (await engine()).train(request({ epochs: 2 }));
      const other = await (await engine()).train(request({ epochs: 2, seed: 6 }));
      expect(bits(again.weights)).toEqual(bits(once.weights));
      expect(again.epochs).toEqual(once.epochs);
      expect(bits(other.weights)).not.toEqual(bits(once.weights));
    });

    test("an interrupt keeps the weights that were reached", async () => {
      const interruptFlag = flag();
      const result = await (
        await engine()
      ).train(request({ epochs: 2000, interruptFlag }), {
        onStep: ({ step }) => {
          if (step >= 2) Atomics.store(interruptFlag, 0, 1);
        },
      });
      expect(result.interrupted).toBe(true);
      expect(result.steps).toBeGreaterThanOrEqual(2);
      expect(result.steps).toBeLessThan(6000);
      expect(bits(result.weights)).toEqual(bits(result.snapshot.weights));
      expect(bits(result.weights)).not.toEqual(bits(request().weights));
      // It can be gone on from, by more than it had.
      Atomics.store(interruptFlag, 0, 0);
      const more = await (
        await engine()
      ).train(request({ epochs: 2000, resume: result.snapshot, interruptFlag }), {
        onStep: ({ step }) => {
          expect(step).toBeGreaterThan(result.steps);
          Atomics.store(interruptFlag, 0, 1);
        },
      });
      expect(more.steps).toBeGreaterThan(result.steps);
    });

    test("resuming equals never having stopped", async () => {
      const options: Partial<TrainRequest> = { schedule: "cosine", emaDecay: 0.9, clipNorm: 1, accumulateBatches: 2 };
      const snapshots: TrainingSnapshot[] = [];
      const whole = await (
        await engine()
      ).train(request({ ...options, snapshotEveryMs: 0 }), {
        onSnapshot: (snapshot) => snapshots.push(snapshot),
      });
      expect(snapshots.length).toBe(3);
      const resumed = await (await engine()).train(request({ ...options, resume: snapshots[1]! }));
      expect(bits(resumed.weights)).toEqual(bits(whole.weights));
      expect(resumed.epochs).toEqual(whole.epochs);
      expect(bits(resumed.best!.weights)).toEqual(bits(whole.best!.weights));
    });

    test("early stopping ends the run after its patience, with the weights of the best epoch; taken up again, it ends there too", async () => {
      // A rate at which the validation loss soon rises.
      const own: Partial<TrainRequest> = { epochs: 40, optimizer: { name: "adam", learningRate: 0.1 } };
      const earlyStopping = { patience: 3, minDelta: 0.02 };
      const snapshots: TrainingSnapshot[] = [];
      const stopped = await (
        await engine()
      ).train(request({ ...own, earlyStopping, snapshotEveryMs: 0 }), {
        onSnapshot: (snapshot) => snapshots.push(snapshot),
      });
      const losses = stopped.epochs.map(({ validationLoss }) => validationLoss!);
      const best = kerasBest(losses, earlyStopping);
      expect(stopped.stoppedEarly).toBe(true);
      expect(stopped.interrupted).toBe(false);
      expect(stopped.best!.epoch).toBe(best);
      expect(losses).toHaveLength(best + 3);
      const upToBest = await (await engine()).train(request({ ...own, epochs: best }));
      expect(bits(stopped.weights)).toEqual(bits(upToBest.weights));
      // One epoch into the patience.
      const resume = snapshots[best]!;
      expect(resume.progress.epoch).toBe(best + 1);
      const resumed = await (await engine()).train(request({ ...own, earlyStopping, resume }));
      expect(resumed.epochs).toEqual(stopped.epochs);
      expect(bits(resumed.weights)).toEqual(bits(stopped.weights));
      // Patience enough for all epochs: not stopped, and the best weights still.
      const patient = { epochs: best + 2, earlyStopping };
      const whole = await (await engine()).train(request({ ...own, ...patient }));
      expect(whole.stoppedEarly).toBeUndefined();
      expect(bits(whole.weights)).toEqual(bits(upToBest.weights));
    });

    test("corrupts what it trains on, anew in each epoch; targets and validation stay clean; taken up again it draws what comes next", async () => {
      // An identity that never moves: its loss is what the corruption has done to it.
      const identity = sequence([4], [dense("same", { units: 4 })]);
      const values = { shape: [600, 4], data: new Float32Array(2400).fill(2) };
      const own: TrainRequest = {
        graph: identity,
        weights: new Map([
          ["same/kernel", { shape: [4, 4], data: Float32Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0)) }],
          ["same/bias", { shape: [4], data: new Float32Array(4) }],
        ]),
        trainable: ["same"],
        train: { features: values, targets: values },
        validation: { features: values, targets: values },
        loss: { name: "meanSquaredError" },
        epochs: 3,
        batchSize: 128,
        optimizer: { name: "sgd", learningRate: 0 },
        seed: 5,
      };
      const snapshots: TrainingSnapshot[] = [];
      const run = async (changes: Partial<TrainRequest>) =>
        (await (await engine()).train({ ...own, ...changes })).epochs;
      const masking = { name: "masking", rate: 0.25 } as const;
      const gaussian = { name: "gaussian", deviation: 0.5 } as const;
      const masked = await run({ corruption: masking });
      const noisy = await run({ corruption: gaussian });
      for (const { trainLoss } of masked) expect(Math.abs(trainLoss - 4 * 0.25)).toBeLessThan(0.15);
      for (const { trainLoss } of noisy) expect(Math.abs(trainLoss - 0.25)).toBeLessThan(0.03);
      expect(new Set([...masked, ...noisy].map(({ trainLoss }) => trainLoss)).size).toBe(6);
      for (const { validationLoss } of [...masked, ...noisy]) expect(validationLoss).toBe(0);
      expect((await run({})).map(({ trainLoss }) => trainLoss)).toEqual([0, 0, 0]);
      // The same draws on each engine.
      expect(masked[0]!.trainLoss).toBeCloseTo(0.98, 5);
      await (
        await engine()
      ).train(
        { ...own, corruption: gaussian, snapshotEveryMs: 0 },
        { onSnapshot: (snapshot) => snapshots.push(snapshot) },
      );
      expect(await run({ corruption: gaussian, resume: snapshots[0]! })).toEqual(noisy);
      await expect(run({ corruption: masking, resume: snapshots[0]! })).rejects.toMatchObject({
        code: "engine/other-training",
      });
      await expect(run({ corruption: { name: "masking", rate: 1 } })).rejects.toMatchObject({ code: "engine/setting" });
      await expect(run({ corruption: { name: "gaussian", deviation: -1 } })).rejects.toMatchObject({
        code: "engine/setting",
      });
    });

    test("the last partial batch counts by its rows, and sample weights scale rows", async () => {
      const flat = sequence([4], [dense("head", { units: 3 })]);
      const weights = randomWeights(flat, 3);
      const { features, labels } = randomExamples(flat, 5, 3, 4);
      const own: TrainRequest = {
        graph: flat,
        weights,
        trainable: ["head"],
        train: { features, targets: labels },
        epochs: 1,
        batchSize: 5,
        optimizer: { name: "sgd", learningRate: 0.5 },
        seed: 1,
      };
      const after = async (changes: Partial<TrainRequest>) =>
        (await (await engine()).train({ ...own, ...changes })).weights.get("head/kernel")!.data;
      const inOne = await after({});
      // Gathered over batches of 3 and 2 rows it is the same update: each row has the same share.
      expect(relativeDistance(await after({ batchSize: 3, accumulateBatches: 2 }), inOne)).toBeLessThan(1e-5);
      // A row without weight is as good as none, but for the mean over all rows.
      const sampleWeights = Float32Array.of(1, 1, 1, 1, 0);
      const four = {
        features: { shape: [4, 4], data: features.data.slice(0, 16) },
        targets: labels.slice(0, 4),
      };
      const weighted = await after({ train: { features, targets: labels, sampleWeights } });
      const scaled = await after({
        train: four,
        batchSize: 4,
        optimizer: { name: "sgd", learningRate: 0.5 * (4 / 5) },
      });
      expect(relativeDistance(weighted, scaled)).toBeLessThan(1e-5);
    });

    test("a divergence is an answer: step, rate and layer, with the last good weights", async () => {
      const result = await (
        await engine()
      ).train(request({ epochs: 50, optimizer: { name: "sgd", learningRate: 1e20 } }));
      expect(result.diverged).toMatchObject({ learningRate: 1e20 });
      expect(result.diverged!.step).toBeLessThanOrEqual(20);
      expect(everything).toContain(result.diverged!.layer);
      expect([...result.weights.values()].every(({ data }) => data.every(Number.isFinite))).toBe(true);
    });

    test("infers in batches of any size", async () => {
      const weights = randomWeights(graph, 4);
      const { features } = randomExamples(graph, 7, 3, 5);
      const done: number[] = [];
      const infer = async (batchSize: number) =>
        (await engine()).infer(graph, weights, features, { batchSize, onRows: (rows) => done.push(rows) });
      const whole = await infer(7);
      expect(whole.shape).toEqual([7, 3]);
      for (const batchSize of [1, 3, 100]) {
        expect(relativeDistance((await infer(batchSize)).data, whole.data)).toBeLessThan(1e-5);
      }
      expect(done).toEqual([7, 1, 2, 3, 4, 5, 6, 7, 3, 6, 7, 7]);
    });

    test("an inference that is interrupted says so", async () => {
      const interruptFlag = flag();
      Atomics.store(interruptFlag, 0, 1);
      const { features } = randomExamples(graph, 7, 3, 5);
      const inferring = (await engine()).infer(graph, randomWeights(graph, 4), features, { interruptFlag });
      await expect(inferring).rejects.toMatchObject({ name: "InterruptedError" });
    });

    test("solves a linear head to its optimum", async () => {
      const { features, targets } = brightImages(30, 3);
      const flat: Tensor = { shape: [30, 36], data: (features as Tensor).data };
      const labels = targets as Int32Array;
      const solved = await (await engine()).solveHead({ features: flat, labels, classes: 3, l2: 0.1 });
      expect(solved.converged).toBe(true);
      expect(largestSlope(solved, flat, labels)).toBeLessThan(1e-5);
    });

    test("ends", async () => {
      await (await engine()).dispose();
    });
  });
}

/** Largest component of the objective's gradient by the kernel, computed here. */
function largestSlope(
  { kernel, bias }: { readonly kernel: Tensor; readonly bias: Tensor },
  features: Tensor,
  labels: Int32Array,
): number {
  const [rows, width] = features.shape as readonly [number, number];
  const classes = bias.data.length;
  const slope = Float64Array.from(kernel.data, (weight) => 0.1 * weight);
  for (let row = 0; row < rows; row++) {
    const x = features.data.subarray(row * width, (row + 1) * width);
    const logits = Array.from(bias.data, (value, c) =>
      x.reduce((sum, feature, i) => sum + feature * kernel.data[i * classes + c]!, value),
    );
    const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
    logits.forEach((logit, c) => {
      const error = Math.exp(logit) / sum - (labels[row] === c ? 1 : 0);
      x.forEach((feature, i) => (slope[i * classes + c]! += (feature * error) / rows));
    });
  }
  return Math.max(...slope.map(Math.abs));
}
