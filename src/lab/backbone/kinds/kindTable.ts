/** The kinds of layers that Graft knows. To add one: its type in `layerGraph.ts`, its shapes here, how Keras writes it in
 * `../keras/kerasLayers.ts`, and its rules in the engines. */
import type { Layer, LayerOf } from "../layerGraph";
import { concatenate, custom, flatten, merge, operators, pack, reshape, unpack, zeroPadding2d } from "./arrangements";
import { conv2d, depthwiseConv2d, separableConv2d } from "./convolutions";
import { batchNormalization, dense, elementwise, layerNormalization, normalization, rescaling } from "./features";
import type { LayerKind } from "./layerKind";
import { nearestNeighbors } from "./nearestNeighbors";
import { globalAveragePooling1d, globalPooling2d, pooling2d } from "./poolings";
import { embedding, gatherSteps, multiHeadAttention, paddingMask, positionEmbedding } from "./sequences";

const kindTable = {
  Activation: elementwise,
  Add: merge,
  AveragePooling2D: pooling2d,
  BatchNormalization: batchNormalization,
  Concatenate: concatenate,
  Conv2D: conv2d,
  Custom: custom,
  Dense: dense,
  DepthwiseConv2D: depthwiseConv2d,
  Dropout: elementwise,
  Embedding: embedding,
  Flatten: flatten,
  GatherSteps: gatherSteps,
  GlobalAveragePooling1D: globalAveragePooling1d,
  GlobalAveragePooling2D: globalPooling2d,
  GlobalMaxPooling2D: globalPooling2d,
  LayerNormalization: layerNormalization,
  MaxPooling2D: pooling2d,
  MultiHeadAttention: multiHeadAttention,
  Multiply: merge,
  NearestNeighbors: nearestNeighbors,
  Normalization: normalization,
  OnnxOperators: operators,
  Pack: pack,
  PaddingMask: paddingMask,
  PositionEmbedding: positionEmbedding,
  Rescaling: rescaling,
  Reshape: reshape,
  SeparableConv2D: separableConv2d,
  TensorFlowOperators: operators,
  UnitNormalization: elementwise,
  Unpack: unpack,
  ZeroPadding2D: zeroPadding2d,
} satisfies { readonly [Type in Layer["type"]]: LayerKind<LayerOf<Type>> };

export function isLayerType(type: string): type is Layer["type"] {
  return Object.hasOwn(kindTable, type);
}

/** A table cannot tell TypeScript that `layer` fits the row found by its own type; this line can. */
export function kindOf<Kind extends Layer>(layer: Kind): LayerKind<Kind> {
  return kindTable[layer.type] as unknown as LayerKind<Kind>;
}
