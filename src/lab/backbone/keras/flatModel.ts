/** What reads what in a model of Keras, with the layers of the models inside it in their place. */
import { GraftError } from "../../../shared/graftError";
import type { Shape } from "../kinds/layerKind";
import type { LayerGraph } from "../layerGraph";
import type { KerasLayer } from "./kerasSettings";
import { type NestedLayer, nestedLayers } from "./nestedLayers";

export interface Connected {
  readonly keras: KerasLayer;
  readonly inputs: readonly string[];
}

export interface FlatModel {
  readonly input: LayerGraph["input"];
  /** Topological order. */
  readonly layers: readonly Connected[];
  readonly output: string;
}

/**
 * @param outputs `output_layers` of a functional model.
 * @throws GraftError `backbone/bad-topology`, `backbone/several-inputs`, `backbone/shared-layer`, `backbone/shared-model`.
 */
export function flatModel(
  className: string,
  layers: readonly KerasLayer[],
  outputs: unknown,
  origin: string,
): FlatModel {
  const model = { className, layers: nestedLayers(layers), outputs, origin };
  const reads = readsOf(model);
  const first = firstLayer(model.layers);
  const input = {
    name: isInput(first) ? first.name : "input",
    shape: inputShape(first.keras.config.batch_input_shape, origin),
  };
  return { input, ...inlined(model, reads, input.name) };
}

interface NestedModel {
  readonly className: string;
  readonly layers: readonly NestedLayer[];
  readonly outputs: unknown;
  /** For messages. */
  readonly origin: string;
}

interface Read {
  readonly layer: NestedLayer;
  readonly inputs: readonly string[];
}

/** Of one model, by the names that its layers have in it. */
interface Reads {
  readonly input: string;
  /** Topological order. */
  readonly reads: readonly Read[];
  readonly output: string;
}

function inlined(
  model: NestedModel,
  { input: own, reads, output }: Reads,
  input: string,
): Pick<FlatModel, "layers" | "output"> {
  /** What a name in this model is called in the whole one. */
  const values = new Map([[own, input]]);
  const layers = reads.flatMap(({ layer, inputs }): readonly Connected[] => {
    const { keras, name, layers: innerLayers } = layer;
    const read = inputs.map((value) => values.get(value)!);
    if (innerLayers === undefined) {
      values.set(keras.config.name, name);
      return [{ keras: { ...keras, config: { ...keras.config, name } }, inputs: read }];
    }
    const inner: NestedModel = {
      className: keras.class_name,
      layers: innerLayers,
      outputs: keras.config.output_layers,
      origin: `the model "${keras.config.name}" in ${model.origin}`,
    };
    if (read.length !== 1) throw severalInputs(inner.origin, inputs);
    const flat = inlined(inner, readsOf(inner), read[0]!);
    values.set(keras.config.name, flat.output);
    return flat.layers;
  });
  const result = values.get(output);
  if (result === undefined) throw badTopology(model.origin, `the output "${output}", which is none of its layers`);
  return { layers, output: result };
}

function readsOf(model: NestedModel): Reads {
  switch (model.className) {
    case "Sequential":
      return sequentialReads(model);
    case "Functional":
    case "Model":
      return functionalReads(model);
    default:
      throw badTopology(model.origin, `a model of class ${model.className}`);
  }
}

function sequentialReads({ layers, origin }: NestedModel): Reads {
  const explicit = layers.find(isInput);
  const rest = layers.filter((layer) => layer !== explicit);
  const output = rest.at(-1);
  if (output === undefined) throw badTopology(origin, "a model without layers");
  const input = explicit === undefined ? "input" : nameOf(explicit);
  const reads = rest.map((layer, i) => ({ layer, inputs: [i === 0 ? input : nameOf(rest[i - 1]!)] }));
  return { input, reads, output: nameOf(output) };
}

function functionalReads({ layers, outputs, origin }: NestedModel): Reads {
  const inputs = layers.filter(isInput).map(nameOf);
  const outputNames = referencedLayers([outputs]);
  const [input] = inputs;
  const [output] = outputNames;
  if (input === undefined || output === undefined || inputs.length > 1 || outputNames.length > 1) {
    throw severalInputs(origin, inputs, outputNames);
  }
  const reads = layers.filter((layer) => !isInput(layer)).map((layer) => ({ layer, inputs: inputsOf(layer, origin) }));
  return { input, reads: inTopologicalOrder(reads, input, origin), output };
}

/** What reads the whole model's input: its InputLayer, else the first layer of a Sequential model, which may be a model again. */
function firstLayer(layers: readonly NestedLayer[]): NestedLayer {
  const first = layers.find(isInput) ?? layers[0]!;
  return first.layers === undefined || first.layers.length === 0 ? first : firstLayer(first.layers);
}

function isInput({ keras }: NestedLayer): boolean {
  return keras.class_name === "InputLayer";
}

function nameOf({ keras }: NestedLayer): string {
  return keras.config.name;
}

/** @throws GraftError when the layer is applied several times: its weights would belong to several places. */
function inputsOf({ keras, layers }: NestedLayer, origin: string): readonly string[] {
  const nodes = keras.inbound_nodes ?? [];
  // `[[["a", 0, 0, {}]], …]` has one entry a call; `[["a", 0, 0]]` is the flat form of one call.
  const calls = nodes.filter((node) => Array.isArray(node) && Array.isArray(node[0]));
  if (calls.length <= 1) return referencedLayers(nodes);
  const { name } = keras.config;
  throw new GraftError(
    layers === undefined
      ? {
          code: "backbone/shared-layer",
          expected: `each layer in one place of ${origin}, so that a cut can say what is frozen`,
          found: `layer "${name}", which is called ${calls.length} times with the same weights`,
          remedy: "Save the model with a layer of its own for each place",
        }
      : {
          code: "backbone/shared-model",
          expected: `each model inside ${origin} in one place of it`,
          found: `the model "${name}", which is called ${calls.length} times with the same weights, as in a siamese network`,
          remedy: `Save that one as a file of its own in Keras, and load this: model.get_layer("${name}").save("${name}.keras")`,
        },
  );
}

/** Names in `[[["conv1", 0, 0, {}], …]]`, or in the flat `["conv1", 0, 0]` of Keras 3. */
function referencedLayers(nodes: readonly unknown[]): string[] {
  return nodes.flatMap((node): string[] => {
    if (!Array.isArray(node)) return [];
    const entries: readonly unknown[] = node;
    return typeof entries[0] === "string" ? [entries[0]] : referencedLayers(entries);
  });
}

function inTopologicalOrder(layers: readonly Read[], input: string, origin: string): Read[] {
  const ordered: Read[] = [];
  const known = new Set([input]);
  let waiting = layers;
  while (waiting.length > 0) {
    // Whatever is ready goes on in the order of the file, so that a file in order stays as it is.
    const rest = waiting.filter((read) => {
      if (!read.inputs.every((name) => known.has(name))) return true;
      known.add(nameOf(read.layer));
      ordered.push(read);
      return false;
    });
    if (rest.length === waiting.length) {
      throw badTopology(origin, `layers that read what is not there: ${nameOf(rest[0]!.layer)}`);
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

function severalInputs(origin: string, inputs: readonly string[], outputs?: readonly string[]): GraftError {
  return new GraftError({
    code: "backbone/several-inputs",
    expected: `one input and one output in ${origin}`,
    found: `inputs ${names(inputs)}${outputs === undefined ? "" : ` and outputs ${names(outputs)}`}`,
    remedy: "Save the part of the model between one of the inputs and one of the outputs as a model of its own",
  });
}

function names(list: readonly string[]): string {
  return list.length === 0 ? "none" : list.map((name) => `"${name}"`).join(", ");
}

export function badTopology(origin: string, found: string): GraftError {
  return new GraftError({
    code: "backbone/bad-topology",
    expected: `a model of Keras' layers in ${origin}: Sequential or Functional, one input of fixed size, one output, each layer used once`,
    found,
    remedy:
      "Save the whole model with model.save() of Keras or tfjs, or convert it with tensorflowjs_converter --output_format=tfjs_layers_model",
  });
}
