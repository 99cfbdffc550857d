/**
 * Layers that a person registered with tfjs (`tf.serialization.registerClass`). What they are is asked of the class itself: a model
 * of the one layer is made from its topology, as tfjs would read it from a file, so that every rule of tfjs's own holds.
 */
import type * as tfjs from "@tensorflow/tfjs";
import type { PlacedLayer } from "../../backbone/graphShapes";
import type { Shape } from "../../backbone/kinds/layerKind";
import type { CustomWeight, LayerOf } from "../../backbone/layerGraph";
import { GraftError } from "../../../shared/graftError";
import { OperatorModel } from "./operatorModel";
import type { TensorLibrary, TfTensor } from "./tensorLibrary";

/** What is needed of a `tf.Variable`. */
interface VariableTensor extends TfTensor {
  assign(value: TfTensor): void;
}

interface CustomClass {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Whether a person has registered this class. tfjs's own layers are not meant: those that Graft knows have kinds of their own. */
export function isRegistered(tf: TensorLibrary, className: string): boolean {
  const entry = tf.serialization.SerializationMap.getMap().classNameMap[className];
  const prototype: unknown = entry?.[0].prototype;
  if (!(prototype instanceof tf.layers.Layer) || prototype instanceof tf.LayersModel) return false;
  return !Object.keys(tf.layers).some((own) => own.toLowerCase() === className.toLowerCase());
}

/** What a layer of this class puts out and owns, reading values of these shapes. */
export async function describeCustom(
  tf: TensorLibrary,
  name: string,
  custom: CustomClass,
  inputShapes: readonly Shape[],
): Promise<{ readonly outputShape: Shape; readonly weights: readonly CustomWeight[] }> {
  const built = await BuiltLayer.build(tf, name, custom, inputShapes);
  try {
    return { outputShape: built.outputShape, weights: built.weights };
  } finally {
    built.dispose();
  }
}

/** The layers of a graph that only tfjs knows, alive. The weights of custom ones are variables of tfjs. Whoever makes them disposes them. */
export class CustomLayers {
  /** For graphs without any. */
  static readonly none = new CustomLayers(new Map(), new Map());
  readonly #layers: ReadonlyMap<string, BuiltLayer>;
  readonly #operators: ReadonlyMap<string, OperatorModel>;

  static async create(tf: TensorLibrary, placed: readonly PlacedLayer[]): Promise<CustomLayers> {
    const layers = new Map<string, BuiltLayer>();
    const operators = new Map<string, OperatorModel>();
    for (const { layer, inputShapes } of placed) {
      if (layer.type === "Custom") {
        layers.set(layer.name, await BuiltLayer.build(tf, layer.name, layer, inputShapes));
      }
      if (layer.type === "TensorFlowOperators") operators.set(layer.name, await OperatorModel.load(tf, layer));
    }
    return new CustomLayers(layers, operators);
  }

  private constructor(layers: ReadonlyMap<string, BuiltLayer>, operators: ReadonlyMap<string, OperatorModel>) {
    this.#layers = layers;
    this.#operators = operators;
  }

  /** The variable that holds this weight of a custom layer; undefined for weights of all other layers. */
  variable(layer: string, weight: string): VariableTensor | undefined {
    return this.#layers.get(layer)?.variables.get(weight);
  }

  /** The same variable after it has taken over the tensor, which is disposed. */
  assigned(layer: string, weight: string, tensor: TfTensor): VariableTensor | undefined {
    const variable = this.variable(layer, weight);
    if (variable === undefined) return undefined;
    variable.assign(tensor);
    tensor.dispose();
    return variable;
  }

  call(layer: string, inputs: readonly TfTensor[], training: boolean): TfTensor {
    return this.#operators.get(layer)?.call(inputs) ?? this.#layers.get(layer)!.call(inputs, training);
  }

  dispose(): void {
    for (const layer of [...this.#layers.values(), ...this.#operators.values()]) layer.dispose();
  }
}

class BuiltLayer {
  readonly outputShape: Shape;
  readonly weights: readonly CustomWeight[];
  readonly variables: ReadonlyMap<string, VariableTensor>;
  readonly #model: tfjs.LayersModel;
  readonly #layer: tfjs.layers.Layer;

  static async build(
    tf: TensorLibrary,
    name: string,
    custom: CustomClass | LayerOf<"Custom">,
    inputShapes: readonly Shape[],
  ): Promise<BuiltLayer> {
    if (!isRegistered(tf, custom.className)) {
      throw new GraftError({
        code: "engine/unregistered-layer",
        expected: `the class ${custom.className} of layer "${name}" to be registered with tfjs`,
        found: "no such class",
        remedy: `Run tf.serialization.registerClass(${custom.className}) before the model is used`,
      });
    }
    const { config, className } = custom;
    const inputs = inputShapes.map((shape, i) => ({
      name: `input${i}`,
      class_name: "InputLayer",
      config: { name: `input${i}`, batch_input_shape: [null, ...shape], dtype: "float32", sparse: false },
      inbound_nodes: [],
    }));
    const layer = {
      name,
      class_name: className,
      config: { ...config, name, trainable: true },
      inbound_nodes: [inputs.map((input) => [input.name, 0, 0, {}])],
    };
    const topology = {
      class_name: "Model",
      config: {
        name: `only ${name}`,
        layers: [...inputs, layer],
        input_layers: inputs.map((input) => [input.name, 0, 0]),
        output_layers: [[name, 0, 0]],
      },
    };
    const model = await tf.models.modelFromJSON(topology);
    try {
      return new BuiltLayer(model, name);
    } catch (error) {
      model.dispose();
      throw error;
    }
  }

  private constructor(model: tfjs.LayersModel, name: string) {
    this.#model = model;
    this.#layer = model.getLayer(name);
    const [, ...sides] = model.outputs[0]!.shape;
    if (model.outputs.length !== 1 || !sides.every((side): side is number => side !== null)) {
      throw cannotUse(name, `an output of shape ${JSON.stringify(model.outputs.map(({ shape }) => shape))}`);
    }
    this.outputShape = sides;
    const owned = this.#layer.weights.map((weight) => ({ name: weight.originalName.split("/").at(-1)!, weight }));
    this.variables = new Map(owned.map(({ name, weight }) => [name, weight.read() as VariableTensor]));
    if (this.variables.size !== owned.length) {
      throw cannotUse(name, `several weights of one name: ${owned.map((one) => one.name).join(", ")}`);
    }
    this.weights = owned.map(({ name, weight }) => ({
      name,
      shape: weight.shape as number[],
      trainable: weight.trainable,
    }));
  }

  call(inputs: readonly TfTensor[], training: boolean): TfTensor {
    const output = this.#layer.apply(inputs.length === 1 ? inputs[0]! : [...inputs], { training });
    return (Array.isArray(output) ? output[0] : output) as TfTensor;
  }

  dispose(): void {
    this.#model.dispose();
  }
}

function cannotUse(name: string, found: string): GraftError {
  return new GraftError({
    code: "engine/custom-layer",
    expected: `layer "${name}" to have one output of fixed size and weights with names of their own`,
    found,
    remedy: "Give its weights different names in addWeight, and one output in call and computeOutputShape",
  });
}
