import { placedLayers } from "../../backbone/graphShapes";
import type { LayerGraph, Tensor, Weights } from "../../backbone/layerGraph";
import { onBackend, readied } from "./backend";
import { CustomLayers } from "./customLayers";
import { forward } from "./forward";
import { useFastestBackend } from "./installedBackends";
import { loadTensorLibrary, ownRequire } from "./tensorLibrary";
import { WeightTensors } from "./weightTensors";

/**
 * How one output of each row changes with the row: the gradient of `output[row][columns[row]]` by the graph's input, of its shape
 * `[n, …graph.input.shape]`. Everything is in inference mode. On tfjs, whatever the engine: for small graphs and few rows.
 */
export async function inputGradient(
  graph: LayerGraph,
  weights: Weights,
  input: Tensor,
  columns: ArrayLike<number>,
): Promise<Tensor> {
  const tf = await loadTensorLibrary();
  const backend = await readied(tf, () => useFastestBackend(tf, ownRequire()));
  const layers = placedLayers(graph);
  const custom = await CustomLayers.create(tf, layers);
  try {
    const data = onBackend(tf, backend, () => {
      const owned = layers.flatMap(({ layer, weights: specs }) => specs.map((spec) => ({ layer, spec })));
      const tensors = new WeightTensors(tf, custom, owned, weights);
      const pass = { tf, graph, layers, custom, weight: (key: string) => tensors.get(key) };
      try {
        return tf.tidy(() => {
          const gradient = tf.grad((x) => {
            const output = forward(pass, x);
            const chosen = tf.oneHot(tf.tensor1d(Int32Array.from(columns), "int32"), output.shape[1]!);
            return tf.sum(tf.mul(output, chosen));
          })(tf.tensor(input.data.slice(), [...input.shape]));
          return Float32Array.from(gradient.dataSync());
        });
      } finally {
        tensors.dispose();
      }
    });
    return { shape: input.shape, data };
  } finally {
    custom.dispose();
  }
}
