import { InterruptedError } from "../../../shared/graftError";
import { valueShapes } from "../../backbone/graphShapes";
import type { Tensor } from "../../backbone/layerGraph";
import { rowsOfInput } from "../checkedGraph";
import type { Engine, Features, InferOptions } from "../engine";
import { openRows } from "../rowReader";
import { solveLinearHead } from "../solveLinearHead";
import { readied, useBackend } from "./backend";
import { Breather } from "./breather";
import { Inference } from "./inference";
import { installedVersion, nativeVersion, useFastestBackend } from "./installedBackends";
import { loadTensorLibrary, ownRequire, type TensorLibrary } from "./tensorLibrary";
import { trainOnTfjs } from "./trainOnTfjs";

export interface TfjsEngineOptions {
  /** Default: the instance that cells have, loaded with the first call. */
  readonly tf?: TensorLibrary;
  /** A backend whose package has been loaded. Default: the fastest that is installed. */
  readonly backend?: string;
}

/**
 * The engine that knows every layer, a person's own too, and needs no binary. It computes on the calling thread, in pieces: the
 * event loop has its turn between batches.
 */
export function createTfjsEngine({ tf: given, backend: wanted }: TfjsEngineOptions = {}): Engine {
  const require = ownRequire();
  const version = installedVersion(require, "@tensorflow/tfjs") ?? "";
  let backend = wanted ?? (nativeVersion(require) === undefined ? "wasm" : "tensorflow");
  let loading: Promise<TensorLibrary> | undefined;
  const load = async (): Promise<TensorLibrary> => {
    const tf = given ?? (await loadTensorLibrary());
    backend = await readied(tf, () => (wanted === undefined ? useFastestBackend(tf, require) : useBackend(tf, wanted)));
    return tf;
  };
  const library = () => (loading ??= load());

  return {
    get name() {
      return `tfjs ${version} (${backend})`;
    },

    cannotTrain: () => undefined,

    async infer(graph, weights, input, options) {
      const rows = rowsOfInput("input", input, graph.input.shape);
      const outputShape = valueShapes(graph).get(graph.output)!;
      const inference = await Inference.create(await library(), backend, graph, weights);
      try {
        return await inBatches(inference, input, { rows, rowShape: graph.input.shape, outputShape }, options);
      } finally {
        inference.dispose();
      }
    },

    async train(request, observer) {
      return trainOnTfjs(await library(), backend, request, observer);
    },

    solveHead: (request, observer) => solveLinearHead(request, observer),

    dispose: () => Promise.resolve(),
  };
}

interface Extent {
  readonly rows: number;
  readonly rowShape: readonly number[];
  readonly outputShape: readonly number[];
}

/** @throws InterruptedError between two batches when the flag is set. */
async function inBatches(
  inference: Inference,
  input: Features,
  { rows, rowShape, outputShape }: Extent,
  { batchSize = 256, interruptFlag, onRows }: InferOptions = {},
): Promise<Tensor> {
  const rowSize = sizeOf(rowShape);
  const outputSize = sizeOf(outputShape);
  const data = new Float32Array(rows * outputSize);
  const breather = new Breather();
  const reader = openRows(input);
  try {
    for (let from = 0; from < rows; from += batchSize) {
      if (interruptFlag && Atomics.load(interruptFlag, 0) !== 0) throw new InterruptedError();
      const count = Math.min(batchSize, rows - from);
      const batch = new Float32Array(count * rowSize);
      for (let i = 0; i < count; i++) reader.read(from + i, batch, i * rowSize);
      data.set(inference.run({ shape: [count, ...rowShape], data: batch }), from * outputSize);
      onRows?.(from + count);
      await breather.breathe();
    }
  } finally {
    reader.close();
  }
  return { shape: [rows, ...outputShape], data };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
