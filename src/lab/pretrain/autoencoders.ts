import { GraftError, InterruptedError } from "../../shared/graftError";
import { Rng } from "../../shared/rng";
import type { Backbone } from "../backbone/backbone";
import { weightsOf } from "../backbone/cutGraph";
import { initialWeights } from "../backbone/initialWeights";
import { sizeOf } from "../backbone/kinds/layerKind";
import type { Tensor } from "../backbone/layerGraph";
import { takesTexts } from "../backbone/preprocessing";
import { graphHash } from "../backbone/weightsHash";
import type { Dataset } from "../data/dataset";
import type { Corruption } from "../engine/corruption";
import type { TrainResult } from "../engine/engine";
import type { TrainingSnapshot } from "../engine/trainingSnapshot";
import { liveCurves } from "../insight/liveCurves";
import { HistoryLog, type PhaseLog } from "../train/historyLog";
import type { LabRuntime } from "../train/labRuntime";
import { partOf, type Progress, ProgressReport } from "../train/progressReport";
import { type Autoencoder, autoencoders } from "./autoencoderGraphs";
import { notDense } from "./denseBlocks";
import { inputValues } from "./inputValues";
import { StackedAutoencoder, type TrainedLayer } from "./stackedAutoencoder";
import { pretrainDiverged } from "./pretrainDiverged";

/** How layers are pre-trained. */
export interface AutoencoderOptions {
  /** What each layer learns to undo. Default `{ name: "masking", rate: 0.3 }`. */
  readonly noise?: Corruption;
  /** Default 10. */
  readonly epochsPerLayer?: number;
  /** Default 0.001. */
  readonly learningRate?: number;
  /** Default 64, or the number of examples where there are fewer. */
  readonly batchSize?: number;
  /** How many layers, from the input on. Default all. */
  readonly layers?: number;
  /** Of the decoders' first weights, the order of the examples and the corruption. Default 0. */
  readonly seed?: number;
  /** Default true: curves under the cell that grow while it trains. */
  readonly plot?: boolean;
}

/** All that decides what comes of it, beside backbone and data. */
interface Settings {
  readonly noise: Corruption;
  readonly epochs: number;
  readonly learningRate: number;
  readonly batchSize: number;
  readonly seed: number;
}

/** How far it has come. */
interface Progressed {
  /** Of backbone, data and settings. */
  readonly key: string;
  readonly trained: TrainedLayer[];
  readonly history: HistoryLog;
  /** Of the layer that was interrupted. */
  snapshot?: TrainingSnapshot | undefined;
}

/** What was interrupted last, to be gone on with. */
const interrupted = new WeakMap<LabRuntime, Progressed>();

/** `pretrain.autoencoders` with an engine of one's own. */
export async function autoencodersOn(
  runtime: LabRuntime,
  backbone: Backbone,
  dataset: Dataset,
  options: AutoencoderOptions = {},
): Promise<StackedAutoencoder> {
  const { graph, weights, preprocessing } = backbone;
  if (takesTexts(preprocessing)) throw notDense("a backbone of texts");
  const all = autoencoders(graph, preprocessing);
  const chosen = all.slice(0, requireLayers(options.layers ?? all.length, all));
  const settings = settingsOf(dataset, options);
  let values = shared(await inputValues(runtime, backbone, dataset));
  const key = JSON.stringify([graphHash(graph, weights), preprocessing, dataset.id, settings]);
  const begun = interrupted.get(runtime)?.key === key ? interrupted.get(runtime) : undefined;
  if (begun) interrupted.delete(runtime);
  const run: Progressed = begun ?? { key, trained: [], history: new HistoryLog() };
  const curves = options.plot === false ? undefined : liveCurves("Pre-training");
  const unsubscribe = run.history.onChange(() => curves?.update(run.history));
  const progress = new ProgressReport("Pre-training", shares(chosen)[run.trained.length] ?? 0);
  try {
    for (const [i, autoencoder] of chosen.entries()) {
      const place = `${i + 1}/${chosen.length}, ${autoencoder.block.name}`;
      const [from, to] = shares(chosen).slice(i, i + 2) as [number, number];
      const job = { runtime, backbone, dataset, settings, autoencoder, values, seed: seedOf(settings, i) };
      run.trained[i] ??= await trainLayer(run, job, partOf(progress, place, from, to));
      if (i + 1 < chosen.length) values = shared(await encoded(runtime, run.trained[i], values));
    }
    if (begun && chosen.length < all.length) interrupted.set(runtime, begun);
    progress.end("finished");
  } catch (error) {
    const isInterrupt = error instanceof InterruptedError;
    if (isInterrupt) interrupted.set(runtime, run);
    progress.end(isInterrupt ? "interrupted" : "failed");
    throw isInterrupt ? whatIsKept(run.trained.length, all) : error;
  } finally {
    unsubscribe();
    curves?.finish(run.history);
  }
  const trained = run.trained.slice(0, chosen.length);
  const learnt = trained.flatMap(({ block, weights: own }) => [...weightsOf(block.graph, own)]);
  return new StackedAutoencoder(
    { name: `${backbone.name}, pre-trained`, graph, weights: new Map([...weights, ...learnt]), preprocessing },
    trained,
    { history: new HistoryLog(run.history.phases.slice(0, chosen.length)), noise: settings.noise },
    runtime,
  );
}

interface LayerJob {
  readonly runtime: LabRuntime;
  readonly backbone: Backbone;
  readonly dataset: Dataset;
  readonly settings: Settings;
  readonly autoencoder: Autoencoder;
  /** Clean, `[n, …]`: what the layers below give. */
  readonly values: Tensor;
  readonly seed: number;
}

async function trainLayer(run: Progressed, job: LayerJob, progress: Progress): Promise<TrainedLayer> {
  const { runtime, backbone, settings, autoencoder, values, seed } = job;
  const { block, decoder, graph, loss } = autoencoder;
  const { noise: corruption, epochs, batchSize, learningRate } = settings;
  const { snapshot: resume } = run;
  const weights = new Map([...initialWeights(graph, seed), ...weightsOf(block.graph, backbone.weights)]);
  const log = resume ? run.history.reopen(resume.progress.step) : beginPhase(run, job);
  let epoch = (resume?.progress.epoch ?? 0) + 1;
  let result: TrainResult;
  try {
    result = await runtime.engine.train(
      {
        ...{ graph, weights, trainable: [block.name, decoder.name], loss, epochs, batchSize, seed, corruption },
        optimizer: { name: "adam", learningRate },
        train: { features: values, targets: flattened(values) },
        interruptFlag: runtime.interruptFlag,
        ...(resume && { resume }),
      },
      {
        onStep: ({ step, steps, loss: reached, learningRate: rate }) => {
          log.step({ step, loss: reached, learningRate: rate });
          progress.update(step / steps, `epoch ${epoch}/${epochs}, loss ${reached.toFixed(4)}`);
        },
        onEpoch: (report) => {
          epoch = Math.min(report.epoch + 1, epochs);
          log.epoch(report);
        },
      },
    );
  } catch (error) {
    log.end(error instanceof InterruptedError ? "interrupted" : "failed");
    throw error;
  }
  run.snapshot = result.interrupted ? result.snapshot : undefined;
  log.end(result.interrupted ? "interrupted" : result.diverged ? "failed" : "finished");
  if (result.interrupted) throw new InterruptedError();
  if (result.diverged) throw pretrainDiverged(result.diverged);
  return { block, decoder: autoencoder.drawnDecoder, weights: result.weights };
}

function beginPhase({ history, trained }: Progressed, job: LayerJob): PhaseLog {
  const { dataset, settings, seed } = job;
  const { block, decoder, loss } = job.autoencoder;
  const restored =
    loss.name === "sigmoidCrossEntropy"
      ? "What it restores lies in [0, 1]: sigmoid cross-entropy"
      : "What it restores is not bounded by [0, 1]: mean squared error with a linear decoder";
  return history.begin({
    name: block.name,
    trainableLayers: [block.name, decoder.name],
    frozenLayers: trained.map(({ block: { name } }) => name),
    trainedOn: dataset.id,
    options: { ...settings, seed, loss },
    notes: [`${restored}, mean over ${block.graph.input.shape.join(" x ")} numbers.`],
  });
}

function settingsOf(dataset: Dataset, options: AutoencoderOptions): Settings {
  const { noise = { name: "masking", rate: 0.3 }, epochsPerLayer = 10, learningRate = 1e-3, seed = 0 } = options;
  const { batchSize = Math.min(64, dataset.size) } = options;
  return { noise, epochs: epochsPerLayer, learningRate, batchSize, seed };
}

/** Each layer has random numbers of its own, the same however many layers are trained. */
function seedOf({ seed }: Settings, layer: number): number {
  const rng = new Rng(seed);
  for (let i = 0; i < layer; i++) rng.uint32();
  return rng.uint32();
}

/** Where each layer begins in the whole, by what its products cost, and at the end 1. */
function shares(chosen: readonly Autoencoder[]): readonly number[] {
  const costs = chosen.map(({ block, units }) => sizeOf(block.graph.input.shape) * units);
  const total = costs.reduce((sum, cost) => sum + cost, 0);
  let done = 0;
  return [0, ...costs.map((cost) => (done += cost) / total)];
}

async function encoded(runtime: LabRuntime, { block, weights }: TrainedLayer, values: Tensor): Promise<Tensor> {
  const { engine, interruptFlag } = runtime;
  return engine.infer(block.graph, weightsOf(block.graph, weights), values, { interruptFlag });
}

/** The engine's thread reads them where they are, as features and as targets. */
function shared({ shape, data }: Tensor): Tensor {
  const own = new Float32Array(new SharedArrayBuffer(data.byteLength));
  own.set(data);
  return { shape, data: own };
}

function flattened({ shape, data }: Tensor): Tensor {
  return { shape: [shape[0]!, sizeOf(shape.slice(1))], data };
}

function requireLayers(layers: number, all: readonly Autoencoder[]): number {
  if (Number.isInteger(layers) && layers >= 1 && layers <= all.length) return layers;
  throw new GraftError({
    code: "pretrain/layers",
    expected: `layers from 1 to ${all.length}, counted from the input: ${all.map(({ block }) => block.name).join(", ")}`,
    found: String(layers),
    remedy: "Leave layers out for all of them",
  });
}

function whatIsKept(done: number, all: readonly Autoencoder[]): InterruptedError {
  const next = all[done]?.block.name;
  if (next === undefined) return new InterruptedError();
  const take = done === 0 ? "" : ` With { layers: ${done} } it takes what is done.`;
  return new InterruptedError(
    `Interrupted. ${done} of ${all.length} layers are done and kept; the same call goes on with "${next}".${take}`,
  );
}
