/**
 * For tests of what surrounds an engine: computes dense networks naively and "trains" by adding 0.01 to what it was told to
 * train, with every step.
 */
import type { Layer, LayerGraph, Tensor, Weights } from "../backbone/layerGraph";
import type {
  Engine,
  Features,
  InferOptions,
  SolvedHead,
  SolveHeadRequest,
  TrainObserver,
  TrainRequest,
  TrainResult,
} from "../engine/engine";

export class ScriptedEngine implements Engine {
  readonly name = "scripted";
  readonly trained: TrainRequest[] = [];
  /** Rows of each forward pass, with the graph's output. */
  readonly inferred: { readonly output: string; readonly rows: number }[] = [];
  /** Called before each step with its number. */
  beforeStep: (step: number) => void = () => undefined;

  infer(graph: LayerGraph, weights: Weights, input: Features, options?: InferOptions): Promise<Tensor> {
    if (!("data" in input)) throw new Error("the scripted engine reads no files");
    const rows = input.shape[0]!;
    this.inferred.push({ output: graph.output, rows });
    let value: Tensor = { shape: [rows, input.data.length / rows], data: input.data };
    for (const layer of graph.layers) value = apply(layer, weights, value);
    options?.onRows?.(rows);
    return Promise.resolve(value);
  }

  train(request: TrainRequest, observer?: TrainObserver): Promise<TrainResult> {
    this.trained.push(request);
    const stepsAnEpoch = Math.ceil(request.train.features.shape[0]! / request.batchSize);
    const steps = stepsAnEpoch * request.epochs;
    const learningRate = request.optimizer.learningRate;
    const epochs = [];
    let weights = request.weights;
    let step = 0;
    let interrupted = false;
    while (step < steps && !interrupted) {
      step++;
      this.beforeStep(step);
      weights = shifted(weights, request.trainable);
      observer?.onStep?.({ step, steps, loss: 1 / step, learningRate });
      interrupted = request.interruptFlag !== undefined && Atomics.load(request.interruptFlag, 0) !== 0;
      if (step % stepsAnEpoch === 0) {
        const epoch = { epoch: step / stepsAnEpoch, step, trainLoss: 1 / step, trainAccuracy: 0.5 };
        epochs.push(epoch);
        observer?.onEpoch?.(epoch);
        const snapshot = { progress: { step, epoch: epochs.length }, weights, slots: new Map() };
        if (step < steps && request.snapshotEveryMs === 0) observer?.onSnapshot?.(snapshot);
      }
    }
    const snapshot = { progress: { step, epoch: epochs.length }, weights, slots: new Map() };
    return Promise.resolve({ weights, epochs, steps: step, interrupted, snapshot, seconds: 0 });
  }

  cannotTrain(): undefined {
    return undefined;
  }

  /** Not the solution, only something that depends on the labels: the mean feature of each class. */
  solveHead(request: SolveHeadRequest): Promise<SolvedHead> {
    const [rows, width] = request.features.shape as [number, number];
    const kernel = new Float32Array(width * request.classes);
    for (let row = 0; row < rows; row++) {
      for (let j = 0; j < width; j++) {
        kernel[j * request.classes + request.labels[row]!]! += request.features.data[row * width + j]! / rows;
      }
    }
    return Promise.resolve({
      kernel: { shape: [width, request.classes], data: kernel },
      bias: { shape: [request.classes], data: new Float32Array(request.classes) },
      iterations: 1,
      loss: request.l2,
      objective: request.l2,
      converged: true,
      interrupted: request.interruptFlag !== undefined && Atomics.load(request.interruptFlag, 0) !== 0,
    });
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

function apply(layer: Layer, weights: Weights, { shape, data }: Tensor): Tensor {
  const [rows, width] = shape as [number, number];
  switch (layer.type) {
    case "Dense": {
      const kernel = weights.get(`${layer.name}/kernel`)!.data;
      const bias = weights.get(`${layer.name}/bias`)!.data;
      const output = new Float32Array(rows * layer.units);
      for (let row = 0; row < rows; row++) {
        for (let unit = 0; unit < layer.units; unit++) {
          let sum = bias[unit]!;
          for (let j = 0; j < width; j++) sum += data[row * width + j]! * kernel[j * layer.units + unit]!;
          output[row * layer.units + unit] = layer.activation === "relu" ? Math.max(0, sum) : sum;
        }
      }
      return { shape: [rows, layer.units], data: output };
    }
    case "BatchNormalization": {
      const [gamma, beta, mean, variance] = ["gamma", "beta", "moving_mean", "moving_variance"].map(
        (name) => weights.get(`${layer.name}/${name}`)!.data,
      ) as [Float32Array, Float32Array, Float32Array, Float32Array];
      return {
        shape,
        data: data.map((value, i) => {
          const c = i % width;
          return ((value - mean[c]!) / Math.sqrt(variance[c]! + layer.epsilon)) * gamma[c]! + beta[c]!;
        }),
      };
    }
    case "Flatten":
      return { shape, data };
    default:
      throw new Error(`the scripted engine has no ${layer.type}`);
  }
}

function shifted(weights: Weights, layers: readonly string[]): Weights {
  return new Map(
    [...weights].map(([name, tensor]) => {
      const layer = name.slice(0, name.lastIndexOf("/"));
      return [name, layers.includes(layer) ? { ...tensor, data: tensor.data.map((value) => value + 0.01) } : tensor];
    }),
  );
}
