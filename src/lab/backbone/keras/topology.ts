/**
 * Keras topology as tfjs writes it in `model.json`, to and from a `LayerGraph`. Sequential and Functional models of the
 * layers that Graft knows; anything else is refused by name, never approximated.
 */
import * as v from "valibot";
import { kindOf } from "../kinds/kindTable";
import type { Shape } from "../kinds/layerKind";
import type { Layer, LayerGraph } from "../layerGraph";
import { badTopology, type Connected, flatModel } from "./flatModel";
import { isKnownClass, kerasFromLayer, layerFromKeras, refuseLayer } from "./kerasLayers";
import { type KerasLayer, kerasLayerSchema } from "./kerasSettings";
import { withoutTrainingOnly } from "./trainingOnlyLayers";

const layersSchema = v.array(kerasLayerSchema);
const modelSchema = v.object({
  class_name: v.string(),
  keras_version: v.optional(v.unknown()),
  config: v.union([
    layersSchema,
    v.looseObject({
      layers: layersSchema,
      output_layers: v.optional(v.unknown()),
    }),
  ]),
});
/** Keras' own converter puts the model one level deeper. */
const topologySchema = v.union([
  modelSchema,
  v.looseObject({ keras_version: v.optional(v.unknown()), model_config: modelSchema }),
]);

/** The layer of a class that Graft does not know, where a person has registered it; else undefined. */
export type RegisteredLayers = (
  keras: KerasLayer,
  inputs: readonly string[],
  inputShapes: readonly Shape[],
) => Promise<Layer | undefined>;

/**
 * Layers that only act in training are left out, and `say` is told so.
 *
 * @param registered Asked for layers of classes that Graft does not know. Default: there are none.
 * @throws GraftError `backbone/bad-topology` when it is no Keras topology, `backbone/several-inputs`, `backbone/shared-layer`, `backbone/shared-model`, `backbone/unsupported-layer` naming the layer and
 * what about it is not supported, `backbone/layer-shape` when a layer cannot take what comes before it.
 */
export async function graphFromTopology(
  topology: unknown,
  origin: string,
  registered: RegisteredLayers = () => Promise.resolve(undefined),
  say: (sentence: string) => void = (sentence) => console.warn(sentence),
): Promise<LayerGraph> {
  if (typeof topology === "object" && topology !== null && "node" in topology) {
    throw badTopology(origin, "a GraphModel, which has operations where a LayersModel has layers");
  }
  const parsed = v.safeParse(topologySchema, topology);
  if (!parsed.success) throw badTopology(origin, parsed.issues[0].message);
  const model = "model_config" in parsed.output ? parsed.output.model_config : parsed.output;
  const { layers: all, output_layers: outputs } = Array.isArray(model.config) ? { layers: model.config } : model.config;
  const { input, ...flat } = flatModel(model.class_name, all, outputs, origin);
  const { layers, output, leftOut } = withoutTrainingOnly(flat.layers, flat.output);
  if (leftOut.length > 0) {
    say(
      `${origin}: ${leftOut.join(", ")} act in training only and are left out. Augment images in the training's options.`,
    );
  }
  const version = parsed.output.keras_version ?? model.keras_version;
  return { input, layers: await layersOf(layers, input, registered, String(version).startsWith("3.")), output };
}

/** The `modelTopology` that tfjs reads back. */
export function topologyOf(graph: LayerGraph, name: string): unknown {
  const inputLayer = {
    name: graph.input.name,
    class_name: "InputLayer",
    config: {
      batch_input_shape: [null, ...graph.input.shape],
      dtype: "float32",
      sparse: false,
      name: graph.input.name,
    },
    inbound_nodes: [],
  };
  return {
    class_name: "Functional",
    config: {
      name,
      layers: [
        inputLayer,
        ...graph.layers.map((layer) => {
          const { className, config } = kerasFromLayer(layer);
          return {
            name: layer.name,
            class_name: className,
            config: { name: layer.name, trainable: true, ...config },
            inbound_nodes: [layer.inputs.map((input) => [input, 0, 0, {}])],
          };
        }),
      ],
      input_layers: [[graph.input.name, 0, 0]],
      output_layers: [[graph.output, 0, 0]],
    },
    keras_version: "tfjs-layers 4.22.0",
    backend: "tensor_flow.js",
  };
}

/** Layers in order, each with the shapes of what it reads known. */
async function layersOf(
  connected: readonly Connected[],
  input: LayerGraph["input"],
  registered: RegisteredLayers,
  isKeras3: boolean,
): Promise<Layer[]> {
  const shapes = new Map<string, Shape>([[input.name, input.shape]]);
  const layers: Layer[] = [];
  for (const { keras, inputs } of connected) {
    const inputShapes = inputs.map((name) => shapes.get(name)!);
    const own = isKnownClass(keras.class_name) ? undefined : await registered(keras, inputs, inputShapes);
    const layer = own ?? layerFromKeras(keras, inputs, inputShapes);
    if ("activation" in layer && layer.activation === "hardSigmoid" && !isKeras3) {
      refuseLayer(keras, "the hard_sigmoid of Keras 2 and tfjs, which has another slope than that of Keras 3");
    }
    shapes.set(layer.name, kindOf(layer).outputShape(layer, inputShapes));
    layers.push(layer);
  }
  return layers;
}
