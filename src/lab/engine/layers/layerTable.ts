/** The kinds of layers that compile to ONNX. */
import type { Layer, LayerGraph, LayerOf } from "../../backbone/layerGraph";
import { GraftError } from "../../../shared/graftError";
import type { LayerRules } from "./layerRules";
import { activation } from "./activation";
import { batchNormalization } from "./batchNormalization";
import { normalization, rescaling } from "./channelwise";
import { concatenate } from "./concatenate";
import { conv2d } from "./conv2d";
import { dense } from "./dense";
import { depthwiseConv2d } from "./depthwiseConv2d";
import { dropout } from "./dropout";
import { embedding } from "./embedding";
import { flatten } from "./flatten";
import { gatherSteps } from "./gatherSteps";
import { globalAveragePooling1d } from "./globalAveragePooling1d";
import { globalAveragePooling2d } from "./globalAveragePooling2d";
import { globalMaxPooling2d } from "./globalMaxPooling2d";
import { layerNormalization } from "./layerNormalization";
import { add, multiply } from "./merge";
import { multiHeadAttention } from "./multiHeadAttention";
import { nearestNeighbors } from "./nearestNeighbors";
import { onnxOperators } from "./onnxOperators";
import { pack, unpack } from "./pack";
import { paddingMask } from "./paddingMask";
import { averagePooling2d, maxPooling2d } from "./pooling2d";
import { positionEmbedding } from "./positionEmbedding";
import { reshape } from "./reshape";
import { separableConv2d } from "./separableConv2d";
import { unitNormalization } from "./unitNormalization";
import { zeroPadding2d } from "./zeroPadding2d";

const layerTable: { readonly [Type in Layer["type"]]?: LayerRules<LayerOf<Type>> } = {
  Activation: activation,
  Add: add,
  AveragePooling2D: averagePooling2d,
  BatchNormalization: batchNormalization,
  Concatenate: concatenate,
  Conv2D: conv2d,
  Dense: dense,
  DepthwiseConv2D: depthwiseConv2d,
  Dropout: dropout,
  Embedding: embedding,
  Flatten: flatten,
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
  UnitNormalization: unitNormalization,
  Unpack: unpack,
  ZeroPadding2D: zeroPadding2d,
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
