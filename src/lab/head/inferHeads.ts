import type { LayerGraph, Tensor, Weights } from "../backbone/layerGraph";
import type { Engine } from "../engine/engine";
import type { LinearHead } from "./standardisation";

/**
 * Logits `[n, classes]` of each head for the same features `[n, width]`: the kernels lie side by side in one dense layer, so the
 * features cross to the engine once, and the calling thread stays free.
 */
export async function inferHeads(engine: Engine, features: Tensor, heads: readonly LinearHead[]): Promise<Tensor[]> {
  const [rows, width] = features.shape as [number, number];
  const classes = heads[0]!.bias.data.length;
  const units = heads.length * classes;
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
