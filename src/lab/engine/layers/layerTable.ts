/** The kinds of layers that compile to ONNX. */
import type { Layer, LayerGraph, LayerOf } from "../../backbone/layerGraph";
import { GraftError } from "../../../shared/graftError";
import type { LayerRules } from "./layerRules";
import { activation } from "./activation";
import { batchNormalization } from "./batchNormalization";
import { conv2d } from "./conv2d";
import { dense } from "./dense";
import { dropout } from "./dropout";
import { flatten } from "./flatten";
import { globalAveragePooling2d } from "./globalAveragePooling2d";
import { averagePooling2d, maxPooling2d } from "./pooling2d";

const layerTable: { readonly [Type in Layer["type"]]?: LayerRules<LayerOf<Type>> } = {
  Activation: activation,
  AveragePooling2D: averagePooling2d,
  BatchNormalization: batchNormalization,
  Conv2D: conv2d,
  Dense: dense,
  Dropout: dropout,
  Flatten: flatten,
  GlobalAveragePooling2D: globalAveragePooling2d,
  MaxPooling2D: maxPooling2d,
};

/** The first layer that does not compile to ONNX; undefined when all do. */
export function uncompilableLayer(graph: LayerGraph): Layer | undefined {
  return graph.layers.find(({ type }) => layerTable[type] === undefined);
}

/**
 * The rules of a layer. A table cannot tell TypeScript that `layer` fits the row found by its own type; the cast can.
 *
 * @throws GraftError `engine/cannot-compile` naming the layer.
 */
export function rulesOf<Kind extends Layer>(layer: Kind): LayerRules<Kind> {
  const rules = layerTable[layer.type];
  if (rules !== undefined) return rules as unknown as LayerRules<Kind>;
  throw new GraftError({
    code: "engine/cannot-compile",
    expected: `layers of these kinds: ${Object.keys(layerTable).join(", ")}`,
    found: `layer "${layer.name}" (${layer.type})`,
    remedy: "Train it with the tfjs engine, or freeze it",
  });
}
