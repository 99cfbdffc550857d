/**
 * Keras topology as tfjs writes it in `model.json`, to and from a `LayerGraph`. Sequential and Functional models of the
 * layers that the engines know; anything else is refused by name, never approximated.
 */
import * as v from "valibot";
import { GraftError } from "../../shared/graftError";
import type { Activation, Layer, LayerGraph } from "./layerGraph";

const configSchema = v.looseObject({
  name: v.string(),
  batch_input_shape: v.optional(v.array(v.nullable(v.number()))),
});
const kerasLayerSchema = v.looseObject({
  class_name: v.string(),
  config: configSchema,
  inbound_nodes: v.optional(v.array(v.unknown())),
});
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

type KerasLayer = v.InferOutput<typeof kerasLayerSchema>;

/**
 * @throws GraftError `backbone/bad-topology` when it is no Keras topology, `backbone/unsupported-layer` naming the layer and
 * what about it is not supported.
 */
export function graphFromTopology(topology: unknown, origin: string): LayerGraph {
  const parsed = v.safeParse(topologySchema, topology);
  if (!parsed.success) throw badTopology(origin, parsed.issues[0].message);
  const model = "model_config" in parsed.output ? parsed.output.model_config : parsed.output;
  switch (model.class_name) {
    case "Sequential":
      return sequentialGraph(Array.isArray(model.config) ? model.config : model.config.layers, origin);
    case "Functional":
    case "Model":
      if (Array.isArray(model.config)) throw badTopology(origin, "a functional model without output layers");
      return functionalGraph(model.config.layers, model.config.output_layers, origin);
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
        ...graph.layers.map((layer) => ({
          name: layer.name,
          class_name: layer.type,
          config: { name: layer.name, trainable: true, ...kerasConfig(layer) },
          inbound_nodes: [layer.inputs.map((input) => [input, 0, 0, {}])],
        })),
      ],
      input_layers: [[graph.input.name, 0, 0]],
      output_layers: [[graph.output, 0, 0]],
    },
    keras_version: "tfjs-layers 4.22.0",
    backend: "tensor_flow.js",
  };
}

function sequentialGraph(all: readonly KerasLayer[], origin: string): LayerGraph {
  const explicit = all[0]?.class_name === "InputLayer" ? all[0] : undefined;
  const rest = explicit === undefined ? all : all.slice(1);
  const shape = (explicit ?? rest[0])?.config.batch_input_shape;
  if (rest.length === 0) throw badTopology(origin, "a model without layers");
  const input = { name: explicit?.config.name ?? "input", shape: inputShape(shape, origin) };
  const layers: Layer[] = [];
  for (const layer of rest) layers.push(toLayer(layer, [layers.at(-1)?.name ?? input.name]));
  return { input, layers, output: layers.at(-1)!.name };
}

function functionalGraph(all: readonly KerasLayer[], outputs: unknown, origin: string): LayerGraph {
  const inputs = all.filter((layer) => layer.class_name === "InputLayer");
  const outputNames = referencedLayers([outputs]);
  if (inputs.length !== 1 || outputNames.length !== 1) {
    throw badTopology(origin, `a model with ${inputs.length} inputs and ${outputNames.length} outputs`);
  }
  const input = inputs[0]!;
  const layers = all
    .filter((layer) => layer !== input)
    .map((layer) => toLayer(layer, referencedLayers(layer.inbound_nodes ?? [])));
  return {
    input: { name: input.config.name, shape: inputShape(input.config.batch_input_shape, origin) },
    layers: inTopologicalOrder(layers, input.config.name, origin),
    output: outputNames[0]!,
  };
}

/** Names in `[[["conv1", 0, 0, {}], …]]`, or in the flat `["conv1", 0, 0]` of Keras 3. */
function referencedLayers(nodes: readonly unknown[]): string[] {
  return nodes.flatMap((node): string[] => {
    if (!Array.isArray(node)) return [];
    const entries: readonly unknown[] = node;
    return typeof entries[0] === "string" ? [entries[0]] : referencedLayers(entries);
  });
}

function inTopologicalOrder(layers: readonly Layer[], input: string, origin: string): Layer[] {
  const ordered: Layer[] = [];
  const known = new Set([input]);
  let waiting = layers;
  while (waiting.length > 0) {
    const ready = waiting.filter((layer) => layer.inputs.every((name) => known.has(name)));
    if (ready.length === 0) throw badTopology(origin, `layers that read what is not there: ${waiting[0]!.name}`);
    for (const layer of ready) known.add(layer.name);
    ordered.push(...ready);
    waiting = waiting.filter((layer) => !known.has(layer.name));
  }
  return ordered;
}

function toLayer(keras: KerasLayer, inputs: readonly string[]): Layer {
  const { config } = keras;
  const common = { name: config.name, inputs };
  const read = new SettingReader(keras);
  if (inputs.length !== 1) read.refuse(`${inputs.length} inputs`);
  read.mustBe("data_format", "channels_last");
  switch (keras.class_name) {
    case "Conv2D":
      read.mustBe("dilation_rate", 1);
      read.mustBe("groups", 1);
      return {
        ...common,
        type: "Conv2D",
        filters: read.number("filters"),
        kernelSize: read.pair("kernel_size"),
        strides: read.pair("strides", [1, 1]),
        padding: read.padding(),
        useBias: config.use_bias !== false,
        activation: read.activation(),
      };
    case "Dense":
      return {
        ...common,
        type: "Dense",
        units: read.number("units"),
        useBias: config.use_bias !== false,
        activation: read.activation(),
      };
    case "BatchNormalization":
      read.mustBe("center", true);
      read.mustBe("scale", true);
      if (config.axis !== undefined && !["-1", "3", "[3]"].includes(JSON.stringify(config.axis))) {
        read.refuse(`axis ${JSON.stringify(config.axis)}`);
      }
      return {
        ...common,
        type: "BatchNormalization",
        epsilon: read.number("epsilon", 1e-3),
        momentum: read.number("momentum", 0.99),
      };
    case "Activation":
      return { ...common, type: "Activation", activation: read.activation() };
    case "ReLU":
      read.mustBe("max_value", null);
      read.mustBe("negative_slope", 0);
      read.mustBe("threshold", 0);
      return { ...common, type: "Activation", activation: "relu" };
    case "Softmax":
      read.mustBe("axis", -1);
      return { ...common, type: "Activation", activation: "softmax" };
    case "MaxPooling2D":
    case "AveragePooling2D": {
      const poolSize = read.pair("pool_size", [2, 2]);
      const strides = read.pair("strides", poolSize);
      return { ...common, type: keras.class_name, poolSize, strides, padding: read.padding() };
    }
    case "GlobalAveragePooling2D":
      read.mustBe("keepdims", false);
      return { ...common, type: "GlobalAveragePooling2D" };
    case "Flatten":
      return { ...common, type: "Flatten" };
    case "Dropout":
      return { ...common, type: "Dropout", rate: read.number("rate") };
    default:
      return read.refuse();
  }
}

/** Reads settings of one Keras layer; what is absent has Keras' default, what is unknown is refused. */
class SettingReader {
  readonly #layer: KerasLayer;

  constructor(layer: KerasLayer) {
    this.#layer = layer;
  }

  refuse(what?: string): never {
    throw new GraftError({
      code: "backbone/unsupported-layer",
      expected:
        "only Conv2D, Dense, BatchNormalization, Activation, ReLU, Softmax, MaxPooling2D, AveragePooling2D, GlobalAveragePooling2D, Flatten and Dropout, each with one input",
      found: `${this.#layer.class_name} "${this.#layer.config.name}"${what === undefined ? "" : ` with ${what}`}`,
      remedy: "Use a backbone without it",
    });
  }

  number(setting: string, fallback?: number): number {
    const value = this.#layer.config[setting] ?? fallback;
    return typeof value === "number" ? value : this.refuse(`${setting} ${JSON.stringify(value)}`);
  }

  pair(setting: string, fallback?: readonly [number, number]): readonly [number, number] {
    const value: unknown = this.#layer.config[setting] ?? fallback;
    if (typeof value === "number") return [value, value];
    if (Array.isArray(value) && value.length === 2) return [Number(value[0]), Number(value[1])];
    return this.refuse(`${setting} ${JSON.stringify(value)}`);
  }

  padding(): "same" | "valid" {
    const value = this.#layer.config.padding ?? "valid";
    return value === "same" || value === "valid" ? value : this.refuse(`padding ${JSON.stringify(value)}`);
  }

  activation(): Activation {
    const value = this.#layer.config.activation ?? "linear";
    return value === "linear" || value === "relu" || value === "softmax"
      ? value
      : this.refuse(`activation ${JSON.stringify(value)}`);
  }

  /** A setting that, where it is present, must have this value (a number also in each element of an array). */
  mustBe(setting: string, wanted: unknown): void {
    const value = this.#layer.config[setting];
    if (value === undefined || value === wanted) return;
    if (Array.isArray(value) && value.every((element) => element === wanted)) return;
    this.refuse(`${setting} ${JSON.stringify(value)}`);
  }
}

function kerasConfig(layer: Layer): Readonly<Record<string, unknown>> {
  switch (layer.type) {
    case "Conv2D":
      return {
        filters: layer.filters,
        kernel_size: layer.kernelSize,
        strides: layer.strides,
        padding: layer.padding,
        data_format: "channels_last",
        dilation_rate: [1, 1],
        use_bias: layer.useBias,
        activation: layer.activation,
      };
    case "Dense":
      return { units: layer.units, use_bias: layer.useBias, activation: layer.activation };
    case "BatchNormalization":
      return { axis: -1, momentum: layer.momentum, epsilon: layer.epsilon, center: true, scale: true };
    case "Activation":
      return { activation: layer.activation };
    case "MaxPooling2D":
    case "AveragePooling2D":
      return {
        pool_size: layer.poolSize,
        strides: layer.strides,
        padding: layer.padding,
        data_format: "channels_last",
      };
    case "GlobalAveragePooling2D":
      return { data_format: "channels_last" };
    case "Flatten":
      return {};
    case "Dropout":
      return { rate: layer.rate };
    default:
      return layer satisfies never;
  }
}

function inputShape(batchShape: readonly (number | null)[] | undefined, origin: string): readonly number[] {
  const shape = batchShape?.slice(1);
  if (shape === undefined || shape.length === 0 || !shape.every((side): side is number => side !== null)) {
    throw badTopology(origin, `the input shape ${JSON.stringify(batchShape ?? null)}`);
  }
  return shape;
}

function badTopology(origin: string, found: string): GraftError {
  return new GraftError({
    code: "backbone/bad-topology",
    expected: `a tfjs LayersModel in ${origin}: Sequential or Functional, one input of fixed size, one output`,
    found,
    remedy:
      "Save the model with model.save() of tfjs, or convert it with tensorflowjs_converter --output_format=tfjs_layers_model",
  });
}
