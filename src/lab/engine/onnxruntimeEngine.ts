import { AsyncResource } from "node:async_hooks";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Tensor, Weights } from "../backbone/layerGraph";
import { distFolder } from "../../shared/distFolder";
import { GraftError } from "../../shared/graftError";
import type { Engine, Examples, Features } from "./engine";
import { uncompilableLayer } from "./layers/layerTable";
import { isInMemory } from "./rowReader";
import type { TrainingSnapshot } from "./trainingSnapshot";
import { fromWireError, type FromTrainer, type Job, type Progress, type Results } from "./trainerMessages";

/**
 * The embedded engine: onnxruntime-node in a thread of its own, which starts with the first call and does not keep the
 * process alive. If the thread dies, pending calls fail with a `GraftError` and the next call starts a new one.
 */
export function createOnnxruntimeEngine(): Engine {
  const trainer = new TrainerThread();
  return {
    name: `onnxruntime ${onnxruntimeVersion()}`,

    cannotTrain: uncompilableLayer,

    infer(graph, weights, input, { batchSize = 256, modelKey, interruptFlag, onRows } = {}) {
      const request = {
        graph,
        weights: copiedWeights(weights),
        input: copiedFeatures(input),
        batchSize,
        ...(modelKey !== undefined && { modelKey }),
        ...(interruptFlag && { interruptFlag }),
      };
      return trainer.run("infer", { kind: "infer", request }, (progress) => {
        if (progress.kind === "rows") onRows?.(progress.done);
      });
    },

    train(request, observer) {
      const own = {
        ...request,
        weights: copiedWeights(request.weights),
        train: copiedExamples(request.train),
        ...(request.validation && { validation: copiedExamples(request.validation) }),
        ...(request.resume && { resume: copiedSnapshot(request.resume) }),
      };
      return trainer.run("train", { kind: "train", request: own }, (progress) => {
        if (progress.kind === "step") observer?.onStep?.(progress.step);
        if (progress.kind === "epoch") observer?.onEpoch?.(progress.epoch);
        if (progress.kind === "snapshot") observer?.onSnapshot?.(progress.snapshot);
      });
    },

    solveHead(request, observer) {
      const { start, sampleWeights } = request;
      const own = {
        ...request,
        features: copied(request.features),
        labels: request.labels.slice(),
        ...(sampleWeights && { sampleWeights: sampleWeights.slice() }),
        ...(start && { start: { kernel: copied(start.kernel), bias: copied(start.bias) } }),
      };
      return trainer.run("solveHead", { kind: "solveHead", request: own }, (progress) => {
        if (progress.kind === "iteration") observer?.onIteration?.(progress.iteration);
      });
    },

    dispose: () => trainer.dispose(),
  };
}

interface PendingCall {
  resolve(result: Results[keyof Results]): void;
  reject(error: Error): void;
  onProgress(progress: Progress): void;
}

class TrainerThread {
  readonly #pending = new Map<number, PendingCall>();
  #worker: Worker | undefined;
  #lastId = 0;

  run<Kind extends Job["kind"]>(
    _kind: Kind,
    job: Extract<Job, { kind: Kind }>,
    onProgress: (progress: Progress) => void,
  ): Promise<Results[Kind]> {
    const worker = (this.#worker ??= this.#start());
    const id = ++this.#lastId;
    return new Promise<Results[Kind]>((resolve, reject) => {
      worker.postMessage({ id, job }, buffersOf(job));
      worker.ref();
      // The thread's messages come in the async context of the call that started it; figures belong to the cell of this one.
      const inContext = AsyncResource.bind(onProgress);
      this.#pending.set(id, { resolve: (result) => resolve(result as Results[Kind]), reject, onProgress: inContext });
    });
  }

  async dispose(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(join(distFolder(), "trainer.js"));
    worker.on("message", (message: FromTrainer) => this.#receive(worker, message));
    worker.on("error", (error: unknown) => this.#end(worker, error));
    worker.on("exit", (code) => this.#end(worker, `exit code ${code}`));
    return worker;
  }

  #receive(worker: Worker, message: FromTrainer): void {
    const call = this.#pending.get(message.id);
    if (!call) return;
    if (message.kind === "progress") {
      try {
        message.progress.forEach((progress) => call.onProgress(progress));
        return;
      } catch (error) {
        // What the caller's own callback throws is the caller's; the work in the thread runs out unheard.
        call.reject(error instanceof Error ? error : new Error(String(error)));
      }
    } else if (message.kind === "done") call.resolve(message.result);
    else call.reject(fromWireError(message.error));
    this.#pending.delete(message.id);
    if (this.#pending.size === 0) worker.unref();
  }

  #end(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const calls = [...this.#pending.values()];
    this.#pending.clear();
    for (const call of calls) {
      call.reject(
        new GraftError({
          code: "engine/thread-ended",
          expected: "the trainer thread to finish its work",
          found: `that it ended first (${cause instanceof Error ? cause.message : String(cause)})`,
          remedy: "Run it again; if the build is missing run npm run build, if memory ran out use smaller batches",
          cause,
        }),
      );
    }
  }
}

/**
 * Copies go over, never the caller's own memory: a transferred array is empty for whoever had it. Memory that threads share
 * crosses as it is.
 */
function copied({ shape, data }: Tensor): Tensor {
  return { shape, data: isShared(data) ? data : data.slice() };
}

function isShared({ buffer }: Float32Array): boolean {
  return buffer instanceof SharedArrayBuffer;
}

function copiedWeights(weights: Weights): Weights {
  return new Map([...weights].map(([name, tensor]) => [name, copied(tensor)]));
}

function copiedFeatures(features: Features): Features {
  return isInMemory(features) ? copied(features) : features;
}

function copiedExamples(examples: Examples): Examples {
  const { targets, sampleWeights, views } = examples;
  return {
    features: copiedFeatures(examples.features),
    targets: "shape" in targets ? copied(targets) : targets.slice(),
    ...(sampleWeights && { sampleWeights: sampleWeights.slice() }),
    ...(views !== undefined && { views }),
  };
}

function copiedSnapshot({ progress, weights, slots }: TrainingSnapshot): TrainingSnapshot {
  return { progress, weights: copiedWeights(weights), slots: copiedWeights(slots) };
}

/** Memory of the copies in a job, to be transferred. */
function buffersOf({ kind, request }: Job): ArrayBuffer[] {
  switch (kind) {
    case "infer":
      return tensorBuffers([...inMemory(request.input), ...request.weights.values()]);
    case "train":
      return tensorBuffers([
        ...[request.train, ...(request.validation ? [request.validation] : [])].flatMap(examplesInMemory),
        ...request.weights.values(),
        ...(request.resume ? [...request.resume.weights.values(), ...request.resume.slots.values()] : []),
      ]);
    case "solveHead":
      return tensorBuffers([request.features]);
  }
}

function examplesInMemory({ features, targets }: Examples): Tensor[] {
  return [...inMemory(features), ...("shape" in targets ? [targets] : [])];
}

function inMemory(features: Features): Tensor[] {
  return isInMemory(features) ? [features] : [];
}

function tensorBuffers(tensors: readonly Tensor[]): ArrayBuffer[] {
  return tensors.filter(({ data }) => !isShared(data)).map(({ data }) => data.buffer as ArrayBuffer);
}

function onnxruntimeVersion(): string {
  const require = createRequire(join(distFolder(), "graft.js"));
  return (require("onnxruntime-node/package.json") as { version: string }).version;
}
