import type { LayerGraph, Tensor, Weights } from "../backbone/layerGraph";
import type { Engine } from "../engine/engine";
import { headLogits } from "./softmaxScore";
import type { LinearHead } from "./standardisation";

/** So many products are computed here before a session is made there: in some milliseconds. */
const fewProducts = 1 << 22;

/**
 * Logits `[n, classes]` of each head for the same features `[n, width]`. Of many rows on the engine: the kernels lie side by side in one
 * dense layer, so the features cross to it once, and the calling thread stays free.
 */
export async function inferHeads(engine: Engine, features: Tensor, heads: readonly LinearHead[]): Promise<Tensor[]> {
  const [rows, width] = features.shape as [number, number];
  const classes = heads[0]!.bias.data.length;
  const units = heads.length * classes;
  if (rows * width * units <= fewProducts) return heads.map((head) => headLogits(features, head));
  const kernel = new Float32Array(width * units);
  const bias = new Float32Array(units);
  heads.forEach((head, index) => {
    bias.set(head.bias.data, index * classes);
    for (let j = 0; j < width; j++) {
      kernel.set(head.kernel.data.subarray(j * classes, (j + 1) * classes), j * units + index * classes);
    }
  });
  const graph: LayerGraph = {
    input: { name: "features", shape: [width] },
    layers: [{ type: "Dense", name: "heads", inputs: ["features"], units, useBias: true, activation: "linear" }],
    output: "heads",
  };
  const weights: Weights = new Map([
    ["heads/kernel", { shape: [width, units], data: kernel }],
    ["heads/bias", { shape: [units], data: bias }],
  ]);
  const { data } = await engine.infer(graph, weights, features, { batchSize: 4096 });
  return heads.map((_, index) => {
    const logits = new Float32Array(rows * classes);
    for (let row = 0; row < rows; row++) {
      const from = row * units + index * classes;
      logits.set(data.subarray(from, from + classes), row * classes);
    }
    return { shape: [rows, classes], data: logits };
  });
}
