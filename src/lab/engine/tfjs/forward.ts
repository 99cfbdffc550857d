import type { PlacedLayer } from "../../backbone/graphShapes";
import type { LayerGraph } from "../../backbone/layerGraph";
import type { CustomLayers } from "./customLayers";
import { tfjsLayer } from "./layers/tfjsLayerTable";
import type { TensorLibrary, TfTensor } from "./tensorLibrary";

/** A pass over a graph. Without `training` everything is in inference mode. */
export interface Pass {
  readonly tf: TensorLibrary;
  readonly graph: LayerGraph;
  readonly layers: readonly PlacedLayer[];
  /** By `layer/weight`. */
  readonly weight: (key: string) => TfTensor;
  readonly custom: CustomLayers;
  readonly training?: TrainingPass;
  /** Told each layer's value, in order. */
  readonly onValue?: (layer: string, value: TfTensor) => void;
}

export interface TrainingPass {
  readonly trainable: ReadonlySet<string>;
  /** Factors of a dropout layer, of `shape` with the batch. */
  readonly mask: (layer: string, shape: readonly number[]) => TfTensor;
  /** The next value of the statistic `layer/weight`. */
  readonly update: (key: string, value: TfTensor) => void;
}

/** The value of the graph's output. The caller tidies. */
export function forward(pass: Pass, input: TfTensor): TfTensor {
  const { tf, graph, training } = pass;
  const values = new Map([[graph.input.name, input]]);
  for (const { layer, outputShape, weights } of pass.layers) {
    const trains = training !== undefined && (weights.length === 0 || training.trainable.has(layer.name));
    const place = {
      tf,
      outputShape,
      trains,
      weight: (name: string) => pass.weight(`${layer.name}/${name}`),
      update: (name: string, value: TfTensor) => training?.update(`${layer.name}/${name}`, value),
      mask: (shape: readonly number[]) => training!.mask(layer.name, shape),
      custom: () => (inputs: readonly TfTensor[]) => pass.custom.call(layer.name, inputs, trains),
    };
    const [first, ...others] = layer.inputs.map((name) => values.get(name)!);
    const value = tfjsLayer(layer)(place, layer, [first!, ...others]);
    pass.onValue?.(layer.name, value);
    values.set(layer.name, value);
  }
  return values.get(graph.output)!;
}
