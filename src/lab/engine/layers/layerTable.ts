/** The kinds of layers that the engine knows. */
import type { Layer } from "../../backbone/layerGraph";
import type { LayerOf } from "./layerOf";
import type { LayerRules } from "./layerRules";
import { activation } from "./activation";
import { batchNormalization } from "./batchNormalization";
import { conv2d } from "./conv2d";
import { dense } from "./dense";
import { dropout } from "./dropout";
import { flatten } from "./flatten";
import { globalAveragePooling2d } from "./globalAveragePooling2d";
import { averagePooling2d, maxPooling2d } from "./pooling2d";

const layerTable = {
  Activation: activation,
  AveragePooling2D: averagePooling2d,
  BatchNormalization: batchNormalization,
  Conv2D: conv2d,
  Dense: dense,
  Dropout: dropout,
  Flatten: flatten,
  GlobalAveragePooling2D: globalAveragePooling2d,
  MaxPooling2D: maxPooling2d,
} satisfies { readonly [Type in Layer["type"]]: LayerRules<LayerOf<Type>> };

/** The rules of a layer. A table cannot tell TypeScript that `layer` fits the row found by its own type; this line can. */
export function rulesOf<Kind extends Layer>(layer: Kind): LayerRules<Kind> {
  return layerTable[layer.type] as unknown as LayerRules<Kind>;
}
