/**
 * Models inside a model: Keras takes a whole model as a layer, above all a base model below a new head. Their layers are read as layers of
 * the outer one.
 */
import * as v from "valibot";
import { type KerasLayer, kerasLayerSchema } from "./kerasSettings";

export interface NestedLayer {
  readonly keras: KerasLayer;
  /** In the whole model: its own one, behind the name of the model that it is in where another layer has that already. */
  readonly name: string;
  /** Names of the models that it is in, outermost first. */
  readonly models: readonly string[];
  /** Where Keras 3 keeps its weights: `layers/functional/layers/conv2d_1`. */
  readonly group: string;
  /** Of a model; undefined of a layer. */
  readonly layers?: readonly NestedLayer[];
}

const modelClasses = ["Sequential", "Functional", "Model"];
const innerSchema = v.array(kerasLayerSchema);

/** The layers of a model inside a model; undefined where it is a layer. */
export function innerLayers({ class_name, config }: KerasLayer): KerasLayer[] | undefined {
  if (!modelClasses.includes(class_name)) return undefined;
  const parsed = v.safeParse(innerSchema, config.layers);
  return parsed.success ? parsed.output : undefined;
}

/** The layers of a model in its order, those of models among them below these. */
export function nestedLayers(layers: readonly KerasLayer[]): NestedLayer[] {
  const taken = new Set(layers.flatMap((layer) => (innerLayers(layer) === undefined ? [layer.config.name] : [])));
  const unique = (own: string, model: string): string => {
    const name = taken.has(own) ? unique(`${model}_${own}`, model) : own;
    taken.add(name);
    return name;
  };
  const nested = (among: readonly KerasLayer[], models: readonly string[], place: string): NestedLayer[] => {
    const groups = groupNames(among);
    return among.map((keras, i) => {
      const own = keras.config.name;
      const group = `${place}layers/${groups[i]}`;
      const inner = innerLayers(keras);
      const model = models.at(-1);
      if (inner === undefined) return { keras, name: model === undefined ? own : unique(own, model), models, group };
      return { keras, name: own, models, group, layers: nested(inner, [...models, own], `${group}/`) };
    });
  };
  return nested(layers, [], "");
}

/** Without the models. */
export function withoutModels(layers: readonly NestedLayer[]): NestedLayer[] {
  return layers.flatMap((layer) => (layer.layers === undefined ? [layer] : withoutModels(layer.layers)));
}

/** Keras' `_save_container_state`: a layer is called by its class, and numbered where there are several of it. */
function groupNames(layers: readonly KerasLayer[]): string[] {
  const counts = new Map<string, number>();
  return layers.map(({ class_name: className }) => {
    const base = snakeCase(className);
    const count = counts.get(base) ?? 0;
    counts.set(base, count + 1);
    return count === 0 ? base : `${base}_${count}`;
  });
}

/** Keras' `to_snake_case`. */
function snakeCase(className: string): string {
  return className
    .replaceAll(/\W+/g, "")
    .replaceAll(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}
