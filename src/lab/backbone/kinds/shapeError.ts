import { GraftError } from "../../../shared/graftError";
import type { Layer } from "../layerGraph";
import type { Shape } from "./layerKind";

export type ImageShape = readonly [height: number, width: number, channels: number];

/** The shape of the only input. @throws GraftError when there are none or several. */
export function onlyInput(layer: Layer, inputs: readonly Shape[]): Shape {
  const [shape] = inputs;
  if (shape !== undefined && inputs.length === 1) return shape;
  throw inputCountError(layer, "one input", inputs.length);
}

/** The shape as height, width and channels. @throws GraftError when it is not an image. */
export function asImage(layer: Layer, shape: Shape): ImageShape {
  const [height, width, channels] = shape;
  if (shape.length === 3 && height !== undefined && width !== undefined && channels !== undefined) {
    return [height, width, channels];
  }
  throw shapeError(layer, "an input of shape [height, width, channels]", shape);
}

/** Steps and width of a sequence. @throws GraftError when it is none. */
export function asSequence(layer: Layer, shape: Shape): readonly [steps: number, width: number] {
  const [steps, width] = shape;
  if (shape.length === 2 && steps !== undefined && width !== undefined) return [steps, width];
  throw shapeError(layer, "an input of shape [steps, width]", shape);
}

/** The length of a flat value. @throws GraftError when the shape is not flat. */
export function asFlat(layer: Layer, shape: Shape): number {
  const [length] = shape;
  if (shape.length === 1 && length !== undefined) return length;
  throw shapeError(layer, "an input of shape [length]", shape);
}

/** The last axis of features `[features]` or a sequence `[steps, features]`. @throws GraftError for images. */
export function asFeatures(layer: Layer, shape: Shape): number {
  const features = shape.at(-1);
  if (features !== undefined && shape.length <= 2) return features;
  throw shapeError(layer, "an input of shape [features] or [steps, features]", shape);
}

export function shapeError(layer: Layer, expected: string, shape: Shape): GraftError {
  return new GraftError({
    code: "backbone/layer-shape",
    expected: `${expected} for layer "${layer.name}" (${layer.type})`,
    found: `[${shape.join(", ")}]`,
    remedy: "Check the layers before it; a Flatten or GlobalAveragePooling2D turns images into features",
  });
}

export function inputCountError(layer: Layer, expected: string, found: number): GraftError {
  return new GraftError({
    code: "backbone/layer-inputs",
    expected: `${expected} for layer "${layer.name}" (${layer.type})`,
    found: `${found} inputs`,
    remedy: "Connect the layer to what it reads, or save the model again if its topology is damaged",
  });
}
