/**
 * The configuration of a model as Keras 2 and 3 write it into their own files, as the topology that `graphFromTopology` reads. They
 * differ in how a layer says what it reads: here it says so in `inbound_nodes` alone, `[[["a", 0, 0, {}], …]]` for each call.
 */
import * as v from "valibot";
import { isKnownClass, refuseLayer } from "./kerasLayers";
import { type KerasLayer, kerasLayerSchema } from "./kerasSettings";
import { innerLayers, type NestedLayer, nestedLayers, withoutModels } from "./nestedLayers";

const layerSchema = v.looseObject({
  ...kerasLayerSchema.entries,
  /** Where the class comes from, since Keras 3. */
  module: v.nullish(v.string()),
});
type ConfiguredLayer = v.InferOutput<typeof layerSchema>;

const modelSchema = v.looseObject({
  class_name: v.string(),
  config: v.looseObject({ layers: v.array(layerSchema) }),
});

export interface KerasConfig {
  /** For `graphFromTopology`. */
  readonly topology: unknown;
  /** All layers by their names in the whole model. */
  readonly layers: ReadonlyMap<string, NestedLayer>;
}

/** @throws GraftError `backbone/unsupported-layer` where a layer reads what Graft cannot give it, or is no layer of Keras'. */
export function readKerasConfig(model: unknown, kerasVersion?: string): KerasConfig {
  const parsed = v.safeParse(modelSchema, model);
  // The topology's own reader says what is wrong.
  if (!parsed.success) return { topology: model, layers: new Map() };
  const { class_name, config } = parsed.output;
  const layers = config.layers.map(plainLayer);
  return {
    topology: { class_name, config: { ...config, layers }, keras_version: kerasVersion },
    layers: new Map(withoutModels(nestedLayers(layers)).map((layer) => [layer.name, layer])),
  };
}

function plainLayer(layer: ConfiguredLayer): KerasLayer {
  const { class_name, config, inbound_nodes, module } = layer;
  const inner = innerLayers(layer);
  // An operation such as `a + b` or a person's class can have the name of one of Keras' layers.
  if (isKnownClass(class_name) && module && !/^keras\.(src\.)?layers\b/.test(module)) {
    refuseLayer(layer, `the class ${module}.${class_name}`);
  }
  const batchShape = (config.batch_shape ?? config.batch_input_shape) as (number | null)[] | undefined;
  return {
    class_name,
    config: {
      ...config,
      ...(batchShape && { batch_input_shape: batchShape }),
      ...(inner && { layers: inner.map(plainLayer) }),
    },
    ...(inbound_nodes && { inbound_nodes: inbound_nodes.map((node) => callOf(layer, node)) }),
  };
}

/** What one call of a layer reads. */
function callOf(layer: KerasLayer, node: unknown): unknown {
  const { args, named } = argumentsOf(node);
  const read = layer.class_name === "MultiHeadAttention" ? attended(layer, args, named) : [...args, named.inputs];
  const others = Object.keys(named).filter((name) => name !== "inputs");
  if (layer.class_name !== "MultiHeadAttention") requireNone(layer, named, others);
  return read.flatMap(tensorsIn).map((name) => [name, 0, 0, {}]);
}

interface Arguments {
  readonly args: readonly unknown[];
  readonly named: Readonly<Record<string, unknown>>;
}

/** Keras 3: `{ args, kwargs }`; before: `[["a", 0, 0, kwargs], …]`, where a layer of several inputs has several. */
function argumentsOf(node: unknown): Arguments {
  if (Array.isArray(node)) {
    const entries = (typeof node[0] === "string" ? [node] : node) as readonly unknown[];
    const named = entries.flatMap((entry) => (Array.isArray(entry) && isRecord(entry[3]) ? [entry[3]] : []));
    return { args: entries, named: Object.assign({}, ...named) as Record<string, unknown> };
  }
  const { args = [], kwargs = {} } = isRecord(node) ? node : {};
  return { args: Array.isArray(args) ? args : [args], named: isRecord(kwargs) ? kwargs : {} };
}

const attentionArguments = ["query", "value", "key"];

function attended(layer: KerasLayer, args: readonly unknown[], named: Arguments["named"]): unknown[] {
  const positional = args.map((argument, i) => [attentionArguments[i] ?? `argument ${i}`, argument] as const);
  const given: Record<string, unknown> = { ...Object.fromEntries(positional), ...named };
  const { query, value, key } = given;
  const keys = tensorsIn(key);
  if (keys.length > 0 && keys.join() !== tensorsIn(value).join()) refuseLayer(layer, "keys other than its values");
  requireNone(
    layer,
    given,
    Object.keys(given).filter((name) => !attentionArguments.includes(name)),
  );
  return [query, value];
}

/** Masks above all: left out, the numbers would be others. */
function requireNone(layer: KerasLayer, given: Arguments["named"], names: readonly string[]): void {
  const read = names.find((name) => tensorsIn(given[name]).length > 0);
  if (read !== undefined) refuseLayer(layer, `a value for ${read}`);
}

/** Names of the layers whose values stand anywhere in an argument. */
function tensorsIn(argument: unknown): string[] {
  if (Array.isArray(argument)) {
    const [name, node, index] = argument as readonly unknown[];
    const isTensor = typeof name === "string" && typeof node === "number" && typeof index === "number";
    return isTensor ? [name] : argument.flatMap(tensorsIn);
  }
  if (!isRecord(argument)) return [];
  if (argument.class_name !== "__keras_tensor__") return Object.values(argument).flatMap(tensorsIn);
  const { keras_history: history } = argument.config as { readonly keras_history: readonly [string, number, number] };
  return [history[0]];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
