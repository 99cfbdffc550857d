/**
 * Keras topology as tfjs writes it in `model.json`, to and from a `LayerGraph`. Sequential and Functional models of the
 * layers that Graft knows; anything else is refused by name, never approximated.
 */
import * as v from "valibot";
import { GraftError } from "../../../shared/graftError";
import { kindOf } from "../kinds/kindTable";
import type { Shape } from "../kinds/layerKind";
import type { Layer, LayerGraph } from "../layerGraph";
import { isKnownClass, kerasFromLayer, layerFromKeras } from "./kerasLayers";
import { type KerasLayer, kerasLayerSchema } from "./kerasSettings";

const layersSchema = v.array(kerasLayerSchema);
const modelSchema = v.object({
  class_name: v.string(),
  config: v.union([
    layersSchema,
    v.looseObject({
      layers: layersSchema,
      input_layers: v.optional(v.unknown()),
      output_layers: v.optional(v.unknown()),
    }),
  ]),
});
/** Keras' own converter puts the model one level deeper. */
const topologySchema = v.union([modelSchema, v.looseObject({ model_config: modelSchema })]);

/** The layer of a class that Graft does not know, where a person has registered it; else undefined. */
export type RegisteredLayers = (
  keras: KerasLayer,
  inputs: readonly string[],
  inputShapes: readonly Shape[],
) => Promise<Layer | undefined>;

/**
 * @param registered Asked for layers of classes that Graft does not know. Default: there are none.
 * @throws GraftError `backbone/bad-topology` when it is no Keras topology, `backbone/several-inputs`, `backbone/shared-layer`, `backbone/unsupported-layer` naming the layer and
 * what about it is not supported, `backbone/layer-shape` when a layer cannot take what comes before it.
 */
export async function graphFromTopology(
  topology: unknown,
  origin: string,
  registered: RegisteredLayers = () => Promise.resolve(undefined),
): Promise<LayerGraph> {
  if (typeof topology === "object" && topology !== null && "node" in topology) {
    throw badTopology(origin, "a GraphModel, which has operations where a LayersModel has layers");
  }
  const parsed = v.safeParse(topologySchema, topology);
  if (!parsed.success) throw badTopology(origin, parsed.issues[0].message);
  const model = "model_config" in parsed.output ? parsed.output.model_config : parsed.output;
  switch (model.class_name) {
    case "Sequential":
      return sequentialGraph(Array.isArray(model.config) ? model.config : model.config.layers, origin, registered);
    case "Functional":
    case "Model":
      if (Array.isArray(model.config)) throw badTopology(origin, "a functional model without output layers");
      return functionalGraph(model.config.layers, model.config.output_layers, origin, registered);
    default:
      throw badTopology(origin, `a model of class ${model.class_name}`);
  }
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

interface Connected {
  readonly keras: KerasLayer;
  readonly inputs: readonly string[];
}

async function sequentialGraph(
  all: readonly KerasLayer[],
  origin: string,
  registered: RegisteredLayers,
): Promise<LayerGraph> {
  const explicit = all[0]?.class_name === "InputLayer" ? all[0] : undefined;
  const rest = explicit === undefined ? all : all.slice(1);
  const shape = (explicit ?? rest[0])?.config.batch_input_shape;
  if (rest.length === 0) throw badTopology(origin, "a model without layers");
  const input = { name: explicit?.config.name ?? "input", shape: inputShape(shape, origin) };
  const connected = rest.map((keras, i) => ({ keras, inputs: [rest[i - 1]?.config.name ?? input.name] }));
  return { input, layers: await layersOf(connected, input, registered), output: rest.at(-1)!.config.name };
}

async function functionalGraph(
  all: readonly KerasLayer[],
  outputs: unknown,
  origin: string,
  registered: RegisteredLayers,
): Promise<LayerGraph> {
  const inputs = all.filter((layer) => layer.class_name === "InputLayer");
  const outputNames = referencedLayers([outputs]);
  if (inputs.length !== 1 || outputNames.length !== 1) {
    throw new GraftError({
      code: "backbone/several-inputs",
      expected: `one input and one output in ${origin}`,
      found: `inputs ${names(inputs.map(({ config }) => config.name))} and outputs ${names(outputNames)}`,
      remedy: "Save the part of the model between one of the inputs and one of the outputs as a model of its own",
    });
  }
  const input = { name: inputs[0]!.config.name, shape: inputShape(inputs[0]!.config.batch_input_shape, origin) };
  const connected = all
    .filter((layer) => layer !== inputs[0])
    .map((keras) => ({ keras, inputs: inputsOf(keras, origin) }));
  const ordered = inTopologicalOrder(connected, input.name, origin);
  return { input, layers: await layersOf(ordered, input, registered), output: outputNames[0]! };
}

/** @throws GraftError when the layer is applied several times: its weights would belong to several places. */
function inputsOf(keras: KerasLayer, origin: string): readonly string[] {
  const nodes = keras.inbound_nodes ?? [];
  // `[[["a", 0, 0, {}]], …]` has one entry a call; `[["a", 0, 0]]` is the flat form of one call.
  const calls = nodes.filter((node) => Array.isArray(node) && Array.isArray(node[0]));
  if (calls.length > 1) {
    throw new GraftError({
      code: "backbone/shared-layer",
      expected: `each layer in one place of ${origin}, so that a cut can say what is frozen`,
      found: `layer "${keras.config.name}", which is called ${calls.length} times with the same weights`,
      remedy: "Save the model with a layer of its own for each place",
    });
  }
  return referencedLayers(nodes);
}

/** Layers in order, each with the shapes of what it reads known. */
async function layersOf(
  connected: readonly Connected[],
  input: LayerGraph["input"],
  registered: RegisteredLayers,
): Promise<Layer[]> {
  const shapes = new Map<string, Shape>([[input.name, input.shape]]);
  const layers: Layer[] = [];
  for (const { keras, inputs } of connected) {
    const inputShapes = inputs.map((name) => shapes.get(name)!);
    const own = isKnownClass(keras.class_name) ? undefined : await registered(keras, inputs, inputShapes);
    const layer = own ?? layerFromKeras(keras, inputs, inputShapes);
    shapes.set(layer.name, kindOf(layer).outputShape(layer, inputShapes));
    layers.push(layer);
  }
  return layers;
}

/** Names in `[[["conv1", 0, 0, {}], …]]`, or in the flat `["conv1", 0, 0]` of Keras 3. */
function referencedLayers(nodes: readonly unknown[]): string[] {
  return nodes.flatMap((node): string[] => {
    if (!Array.isArray(node)) return [];
    const entries: readonly unknown[] = node;
    return typeof entries[0] === "string" ? [entries[0]] : referencedLayers(entries);
  });
}

function inTopologicalOrder(layers: readonly Connected[], input: string, origin: string): Connected[] {
  const ordered: Connected[] = [];
  const known = new Set([input]);
  let waiting = layers;
  while (waiting.length > 0) {
    // Whatever is ready goes on in the order of the file, so that a file in order stays as it is.
    const rest = waiting.filter((layer) => {
      if (!layer.inputs.every((name) => known.has(name))) return true;
      known.add(layer.keras.config.name);
      ordered.push(layer);
      return false;
    });
    if (rest.length === waiting.length) {
      throw badTopology(origin, `layers that read what is not there: ${rest[0]!.keras.config.name}`);
    }
    waiting = rest;
  }
  return ordered;
}

function inputShape(batchShape: readonly (number | null)[] | undefined, origin: string): Shape {
  const shape = batchShape?.slice(1);
  if (shape === undefined || shape.length === 0 || !shape.every((side): side is number => side !== null)) {
    throw badTopology(origin, `the input shape ${JSON.stringify(batchShape ?? null)}`);
  }
  return shape;
}

function names(list: readonly string[]): string {
  return list.length === 0 ? "none" : list.map((name) => `"${name}"`).join(", ");
}

function badTopology(origin: string, found: string): GraftError {
  return new GraftError({
    code: "backbone/bad-topology",
    expected: `a tfjs LayersModel in ${origin}: Sequential or Functional, one input of fixed size, one output, each layer used once`,
    found,
    remedy:
      "Save the model with model.save() of tfjs, or convert it with tensorflowjs_converter --output_format=tfjs_layers_model",
  });
}
