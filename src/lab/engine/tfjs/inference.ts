import { placedLayers, type PlacedLayer } from "../../backbone/graphShapes";
import type { LayerGraph, Tensor, Weights } from "../../backbone/layerGraph";
import { onBackend } from "./backend";
import { CustomLayers } from "./customLayers";
import { forward } from "./forward";
import type { TensorLibrary } from "./tensorLibrary";
import { WeightTensors } from "./weightTensors";

/** A graph with its weights on a backend of tfjs, in inference mode. Whoever makes it disposes it. */
export class Inference {
  readonly #tf: TensorLibrary;
  readonly #backend: string;
  readonly #graph: LayerGraph;
  readonly #layers: readonly PlacedLayer[];
  readonly #custom: CustomLayers;
  readonly #weights: WeightTensors;

  static async create(tf: TensorLibrary, backend: string, graph: LayerGraph, weights: Weights): Promise<Inference> {
    const custom = await CustomLayers.create(tf, placedLayers(graph));
    try {
      return new Inference(tf, backend, graph, weights, custom);
    } catch (error) {
      custom.dispose();
      throw error;
    }
  }

  /** @param custom Disposed with the inference. Default: the graph has none. */
  constructor(
    tf: TensorLibrary,
    backend: string,
    graph: LayerGraph,
    weights: Weights,
    custom: CustomLayers = CustomLayers.none,
  ) {
    this.#tf = tf;
    this.#backend = backend;
    this.#graph = graph;
    this.#layers = placedLayers(graph);
    this.#custom = custom;
    const owned = this.#layers.flatMap(({ layer, weights: specs }) => specs.map((spec) => ({ layer, spec })));
    this.#weights = onBackend(tf, backend, () => new WeightTensors(tf, custom, owned, weights));
  }

  /** The output of one batch `[batch, …graph.input.shape]`, flat. */
  run({ shape, data }: Tensor): Float32Array {
    const tf = this.#tf;
    return onBackend(tf, this.#backend, () =>
      tf.tidy(() => {
        const pass = { tf, graph: this.#graph, layers: this.#layers, custom: this.#custom };
        const weight = (key: string) => this.#weights.get(key);
        return Float32Array.from(forward({ ...pass, weight }, tf.tensor(data.slice(), [...shape])).dataSync());
      }),
    );
  }

  dispose(): void {
    this.#weights.dispose();
    this.#custom.dispose();
  }
}
