import { createHash } from "node:crypto";
import { GraftError, InterruptedError } from "../../shared/graftError";
import { Rng } from "../../shared/rng";
import type { Backbone } from "../backbone/backbone";
import { weightsOf } from "../backbone/cutGraph";
import { weightedLayers } from "../backbone/graphShapes";
import { initialWeights } from "../backbone/initialWeights";
import { takesTexts } from "../backbone/preprocessing";
import { graphHash } from "../backbone/weightsHash";
import type { TrainRequest, TrainResult } from "../engine/engine";
import type { TrainingSnapshot } from "../engine/trainingSnapshot";
import { liveCurves } from "../insight/liveCurves";
import { type Texts, textsOf } from "../text/texts";
import { tokenizerOf } from "../text/tokenizer";
import { HistoryLog, type PhaseLog } from "../train/historyLog";
import type { LabRuntime } from "../train/labRuntime";
import { ProgressReport } from "../train/progressReport";
import { maskedTokenGraph } from "./maskedTokenGraph";
import { MaskedTokenEncoder } from "./maskedTokenEncoder";
import { askedOf, maskedExamples, type Masking, tokenWindows } from "./maskTokens";
import { pretrainDiverged } from "./pretrainDiverged";

/** How an encoder is pre-trained. */
export interface MaskedTokenOptions {
  /** Default 3. */
  readonly epochs?: number;
  /** Default 0.001. It rises over the first tenth of the steps and then falls to almost 0. */
  readonly learningRate?: number;
  /** Windows of text a step. Default 32, or as many as there are. */
  readonly batchSize?: number;
  /** Part of the tokens that are asked for, above 0 and below 1. Default 0.15, as BERT's. */
  readonly maskRate?: number;
  /** Texts that it does not train on, by which its loss is measured after each epoch. Default: none. */
  readonly validation?: Texts;
  /** Of the new layers' weights, the masks and the order of the windows. Default 0. */
  readonly seed?: number;
  /** Default true: curves under the cell that grow while it trains. */
  readonly plot?: boolean;
}

/** Of BERT. */
const WEIGHT_DECAY = 0.01;
const CLIP_NORM = 1;
const WARMUP_PART = 0.1;
/** Numbers of masked rows in memory, half a gigabyte: where more epochs are asked for, masks come again after as many as fit. */
const MOST_NUMBERS = 2 ** 27;

/** What was interrupted last, to be gone on with by the same call. */
interface Interrupted {
  readonly key: string;
  readonly history: HistoryLog;
  readonly snapshot: TrainingSnapshot;
}
const interrupted = new WeakMap<LabRuntime, Interrupted>();

/** `pretrain.maskedTokens` with an engine of one's own. */
export async function maskedTokensOn(
  runtime: LabRuntime,
  backbone: Backbone,
  texts: Texts,
  options: MaskedTokenOptions = {},
): Promise<MaskedTokenEncoder> {
  const { epochs = 3, learningRate = 1e-3, maskRate = 0.15, seed = 0, plot = true } = options;
  const masking = maskingOf(backbone, maskRate);
  const all = textsOf(texts);
  const windows = requireWindows(tokenWindows(all, masking));
  const { batchSize = Math.min(32, windows.length) } = options;
  const held = options.validation && requireWindows(tokenWindows(textsOf(options.validation), masking));
  const asked = askedOf(masking.length, maskRate);
  const graph = maskedTokenGraph(backbone.graph, asked, masking.tokenizer.vocabularySize);
  const settings = { epochs, batchSize, learningRate, maskRate, seed };
  const textsHash = hashOf([...windows, ...(held ?? [])]);
  const key = JSON.stringify([graphHash(backbone.graph, backbone.weights), textsHash, settings]);
  const known = interrupted.get(runtime);
  const before = known?.key === key ? known : undefined;
  const history = before?.history ?? new HistoryLog();
  const log = before
    ? history.reopen(before.snapshot.progress.step)
    : history.begin({
        name: "masked tokens",
        trainableLayers: weightedLayers(graph).map(({ name }) => name),
        frozenLayers: [],
        options: settings,
        notes: [
          `${windows.length} windows of up to ${masking.length} tokens from ${all.length} texts, up to ${asked} tokens of each asked for.`,
        ],
      });
  const views = Math.max(
    1,
    Math.min(epochs, Math.floor(MOST_NUMBERS / (windows.length * (masking.length + 2 * asked)))),
  );
  const result = await trained(runtime, log, history, plot, {
    ...{ graph, weights: new Map([...initialWeights(graph, seed), ...backbone.weights]) },
    ...{ epochs, batchSize, learningRate, seed },
    train: maskedExamples(windows, masking, views, new Rng(seed)),
    ...(held && { validation: maskedExamples(held, masking, 1, new Rng(~seed)) }),
    ...(before && { resume: before.snapshot }),
  });
  if (result.interrupted) {
    interrupted.set(runtime, { key, history, snapshot: result.snapshot });
    throw new InterruptedError("Interrupted. What it has learnt so far is kept: the same call goes on.");
  }
  if (result.diverged) throw pretrainDiverged(result.diverged);
  interrupted.delete(runtime);
  const { name, graph: encoder, preprocessing } = backbone;
  const weights = weightsOf(encoder, new Map([...backbone.weights, ...result.weights]));
  return new MaskedTokenEncoder(
    { name: `${name}, pre-trained`, graph: encoder, weights, preprocessing },
    { runtime, history, graph, weights: result.weights, maskId: masking.maskId },
  );
}

type Job = Pick<
  TrainRequest,
  "graph" | "weights" | "epochs" | "batchSize" | "seed" | "train" | "validation" | "resume"
> & {
  readonly learningRate: number;
};

async function trained(
  runtime: LabRuntime,
  log: PhaseLog,
  history: HistoryLog,
  plot: boolean,
  { learningRate, ...job }: Job,
): Promise<TrainResult> {
  const curves = plot ? liveCurves("Pre-training by masked tokens") : undefined;
  const unsubscribe = history.onChange(() => curves?.update(history));
  const progress = new ProgressReport("Pre-training");
  let epoch = (job.resume?.progress.epoch ?? 0) + 1;
  try {
    const result = await runtime.engine.train(
      {
        ...job,
        trainable: weightedLayers(job.graph).map(({ name }) => name),
        loss: { name: "tokenCrossEntropy" },
        optimizer: { name: "adamW", learningRate, weightDecay: WEIGHT_DECAY },
        schedule: { name: "oneCycle", warmupPart: WARMUP_PART },
        clipNorm: CLIP_NORM,
        interruptFlag: runtime.interruptFlag,
      },
      {
        onStep: ({ step, steps, loss, learningRate: rate }) => {
          log.step({ step, loss, learningRate: rate });
          progress.update(step / steps, `epoch ${epoch}/${job.epochs}, loss ${loss.toFixed(3)}`);
        },
        onEpoch: (report) => {
          epoch = Math.min(report.epoch + 1, job.epochs);
          log.epoch(report);
        },
      },
    );
    log.end(result.interrupted ? "interrupted" : result.diverged ? "failed" : "finished");
    return result;
  } catch (error) {
    log.end(error instanceof InterruptedError ? "interrupted" : "failed");
    throw error;
  } finally {
    unsubscribe();
    curves?.finish(history);
    progress.end(log.status);
  }
}

function maskingOf({ name, preprocessing }: Backbone, rate: number): Masking {
  if (!takesTexts(preprocessing)) {
    throw new GraftError({
      code: "text/not-an-encoder",
      expected: "an encoder that takes texts",
      found: `"${name}", which takes images`,
      remedy: "Make one: transformerEncoder({ tokenizer, length: 64, layers: 2, width: 64 })",
    });
  }
  if (!(rate > 0 && rate < 1)) {
    throw new GraftError({
      code: "text/mask-rate",
      expected: "a maskRate above 0 and below 1",
      found: String(rate),
      remedy: "BERT hides 0.15 of the tokens",
    });
  }
  const tokenizer = tokenizerOf(preprocessing.tokenizer);
  const maskId = ["[MASK]", "<mask>"].map((token) => tokenizer.idOf(token)).find((id) => id !== undefined);
  if (maskId !== undefined) return { tokenizer, maskId, length: preprocessing.length, rate };
  throw new GraftError({
    code: "text/no-mask-token",
    expected: "a tokenizer with the token [MASK] or <mask>, which stands for what is hidden",
    found: `none among its ${tokenizer.vocabularySize} tokens`,
    remedy: "Train one, tokenizers.train(texts), or take one of a masked language model",
  });
}

function requireWindows(windows: readonly (readonly number[])[]): readonly (readonly number[])[] {
  if (windows.length > 0) return windows;
  throw new GraftError({
    code: "text/none",
    expected: "texts of at least two tokens",
    found: "none",
    remedy: "Take longer texts, or look at how they were read",
  });
}

function hashOf(windows: readonly (readonly number[])[]): string {
  const hash = createHash("sha256");
  for (const ids of windows) hash.update(`${ids.join()};`);
  return hash.digest("hex");
}
