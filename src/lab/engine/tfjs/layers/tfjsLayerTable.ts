/** The kinds of layers that tfjs computes: all. */
import type { Layer, LayerOf } from "../../../backbone/layerGraph";
import { activation, dropout } from "./activations";
import { add, concatenate, multiply, pack, reshape, unpack, zeroPadding2d } from "./arrangements";
import { batchNormalization, dense, layerNormalization, normalization, rescaling, unitNormalization } from "./features";
import { nearestNeighbors } from "./nearestNeighbors";
import { onnxOperators, tensorflowOperators } from "./operators";
import {
  embedding,
  gatherSteps,
  globalAveragePooling1d,
  multiHeadAttention,
  paddingMask,
  positionEmbedding,
} from "./sequences";
import type { TfjsLayer } from "./tfjsLayer";
import {
  averagePooling2d,
  conv2d,
  depthwiseConv2d,
  globalAveragePooling2d,
  globalMaxPooling2d,
  maxPooling2d,
  separableConv2d,
} from "./windows";

const tfjsLayerTable: { readonly [Type in Layer["type"]]: TfjsLayer<LayerOf<Type>> } = {
  Activation: activation,
  Add: add,
  AveragePooling2D: averagePooling2d,
  BatchNormalization: batchNormalization,
  Concatenate: concatenate,
  Conv2D: conv2d,
  Custom: ({ custom }, _, inputs) => custom()(inputs),
  Dense: dense,
  DepthwiseConv2D: depthwiseConv2d,
  Dropout: dropout,
  Embedding: embedding,
  Flatten: reshape,
  GatherSteps: gatherSteps,
  GlobalAveragePooling1D: globalAveragePooling1d,
  GlobalAveragePooling2D: globalAveragePooling2d,
  GlobalMaxPooling2D: globalMaxPooling2d,
  LayerNormalization: layerNormalization,
  MaxPooling2D: maxPooling2d,
  MultiHeadAttention: multiHeadAttention,
  Multiply: multiply,
  NearestNeighbors: nearestNeighbors,
  Normalization: normalization,
  OnnxOperators: onnxOperators,
  Pack: pack,
  PaddingMask: paddingMask,
  PositionEmbedding: positionEmbedding,
  Rescaling: rescaling,
  Reshape: reshape,
  SeparableConv2D: separableConv2d,
  TensorFlowOperators: tensorflowOperators,
  UnitNormalization: unitNormalization,
  Unpack: unpack,
  ZeroPadding2D: zeroPadding2d,
};

/** A table cannot tell TypeScript that `layer` fits the row found by its own type; this line can. */
export function tfjsLayer<Kind extends Layer>(layer: Kind): TfjsLayer<Kind> {
  return tfjsLayerTable[layer.type] as unknown as TfjsLayer<Kind>;
}
