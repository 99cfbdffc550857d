import type { KerasLayer } from "../../backbone/keras/kerasSettings";
import type { Shape } from "../../backbone/kinds/layerKind";
import type { Layer } from "../../backbone/layerGraph";
import { describeCustom, isRegistered } from "./customLayers";
import { loadTensorLibrary } from "./tensorLibrary";

/** What says where a layer stands, not what it is. */
const placement = new Set(["name", "trainable", "batch_input_shape", "dtype"]);

/** The layer of a topology whose class a person has registered with tfjs; undefined when nobody has. Loads tfjs. */
export async function registeredLayer(
  { class_name: className, config }: KerasLayer,
  inputs: readonly string[],
  inputShapes: readonly Shape[],
): Promise<Layer | undefined> {
  const tf = await loadTensorLibrary();
  if (!isRegistered(tf, className)) return undefined;
  const own = Object.fromEntries(Object.entries(config).filter(([setting]) => !placement.has(setting)));
  const custom = { className, config: own };
  const described = await describeCustom(tf, config.name, custom, inputShapes);
  return { type: "Custom", name: config.name, inputs, ...custom, ...described };
}
