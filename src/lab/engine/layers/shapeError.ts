import type { Layer } from "../../backbone/layerGraph";
import { GraftError } from "../../../shared/graftError";

export type ImageShape = readonly [height: number, width: number, channels: number];

/** The shape as height, width and channels. @throws GraftError when it is not an image. */
export function asImage(layer: Layer, shape: readonly number[]): ImageShape {
  const [height, width, channels] = shape;
  if (shape.length === 3 && height !== undefined && width !== undefined && channels !== undefined) {
    return [height, width, channels];
  }
  throw shapeError(layer, "an input of shape [height, width, channels]", shape);
}

/** The number of features. @throws GraftError when the shape is not flat. */
export function asFeatures(layer: Layer, shape: readonly number[]): number {
  const [features] = shape;
  if (shape.length === 1 && features !== undefined) return features;
  throw shapeError(layer, "an input of shape [features]", shape);
}

export function shapeError(layer: Layer, expected: string, shape: readonly number[]): GraftError {
  return new GraftError({
    code: "engine/layer-shape",
    expected: `${expected} for layer "${layer.name}" (${layer.type})`,
    found: `[${shape.join(", ")}]`,
    remedy: "Check the layers before it; a Flatten or GlobalAveragePooling2D turns images into features",
  });
}
