/** How a value of an operator graph lies, beside how the same value lies in a layer graph. */
import { sizeOf, type Shape } from "../kinds/layerKind";

export interface LayerValue {
  /** Of the layer that makes it, or of the input. */
  readonly layer: string;
  /** As layers have it: without the batch, images as `[height, width, channels]`. */
  readonly shape: Shape;
  /** An image that is `[batch, channels, height, width]` in the operator graph. */
  readonly channelsFirst: boolean;
  /** An image of this shape that was flattened with its channels first, so that its numbers come in another order than the layer's. */
  readonly flattened?: readonly [height: number, width: number, channels: number];
}

/** Without the batch, in the order of the operator graph. */
export function sourceShape({ shape, channelsFirst }: LayerValue): Shape {
  const [height, width, channels] = shape;
  return channelsFirst ? [channels!, height!, width!] : shape;
}

/** For each number of one image in the operator graph's order, its place in the layer's. Undefined where the orders are one. */
export function placesOf({ shape, channelsFirst, flattened }: LayerValue): Int32Array | undefined {
  const image = flattened ?? (channelsFirst ? shape : undefined);
  if (image === undefined) return undefined;
  const [height, width, channels] = image as readonly [number, number, number];
  const places = new Int32Array(sizeOf(image));
  let at = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (let pixel = 0; pixel < height * width; pixel++) places[at++] = pixel * channels + channel;
  }
  return places;
}

/** Rows of a layer's value, in the operator graph's order. */
export function inSourceOrder(value: LayerValue, data: Float32Array): Float32Array {
  const places = placesOf(value);
  if (places === undefined) return data;
  const size = places.length;
  return data.map((_, i) => data[i - (i % size) + places[i % size]!]!);
}
