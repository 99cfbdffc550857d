import { weightOf } from "../checkedGraph";
import type { WeightSpec } from "../../backbone/kinds/layerKind";
import type { Layer, Weights } from "../../backbone/layerGraph";
import type { CustomLayers } from "./customLayers";
import type { TensorLibrary, TfTensor } from "./tensorLibrary";

interface OwnedWeight {
  readonly layer: Layer;
  readonly spec: WeightSpec;
}

/** Weights as tensors that stay until they are disposed, whatever scopes a cell opens and closes. */
export class WeightTensors {
  readonly #own = new Map<string, TfTensor>();
  readonly #variables = new Map<string, TfTensor>();

  /** @throws GraftError when a weight is missing or has another shape. */
  constructor(tf: TensorLibrary, custom: CustomLayers, owned: readonly OwnedWeight[], weights: Weights) {
    try {
      for (const { layer, spec } of owned) {
        const { shape, data } = weightOf(weights, layer, spec);
        const key = `${layer.name}/${spec.name}`;
        // A copy: the cpu backend computes on the array that it is given.
        const tensor = tf.keep(tf.tensor(data.slice(), [...shape]));
        const variable = custom.assigned(layer.name, spec.name, tensor);
        if (variable === undefined) this.#own.set(key, tensor);
        else this.#variables.set(key, variable);
      }
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** By `layer/weight`. */
  get(key: string): TfTensor {
    return (this.#own.get(key) ?? this.#variables.get(key))!;
  }

  dispose(): void {
    for (const tensor of this.#own.values()) tensor.dispose();
  }
}
