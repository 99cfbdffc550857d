/** Weights as operators have them, in the order in which layers do. */
import { sizeOf } from "../kinds/layerKind";
import type { Tensor } from "../layerGraph";
import { type LayerValue, placesOf } from "./layerValue";
import type { Constant } from "./operatorGraph";

export function asFloats({ data }: Constant): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(data);
}

/** One number for each of `count`. */
export function repeated(values: Float32Array, count: number): Float32Array {
  return values.length === count ? values : new Float32Array(count).fill(values[0]!);
}

/** With its axes in another order: axis `i` of the result is axis `order[i]`. */
export function permuted({ shape, data }: Constant, order: readonly number[]): Constant {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const sides = order.map((axis) => shape[axis]!);
  const place = new Int32Array(sides.length);
  const moved = data.map(() => {
    const from = place.reduce((sum, at, axis) => sum + at * strides[order[axis]!]!, 0);
    for (let axis = sides.length - 1; axis >= 0; axis--) {
      place[axis]!++;
      if (place[axis]! < sides[axis]!) break;
      place[axis] = 0;
    }
    return data[from]!;
  });
  return { shape: sides, data: moved };
}

/** A matrix of numbers, or its transpose. */
export function matrixOf(weight: Constant, isTransposed: boolean): Tensor {
  const { shape, data } = isTransposed ? permuted(weight, [1, 0]) : weight;
  return { shape, data: asFloats({ shape, data }) };
}

/** `[filters, channels, height, width]`, as ONNX has it, to `[height, width, channels, filters]`. */
export function kernelFromOnnx(weight: Constant): Tensor {
  const { shape, data } = permuted(weight, [2, 3, 1, 0]);
  return { shape, data: asFloats({ shape, data }) };
}

/** A dense kernel [inputs, units] whose rows come in the operator graph's order, in the order in which the layer has its inputs. */
export function kernelWithRowsOf(input: LayerValue, kernel: Tensor): Tensor {
  const places = placesOf(input);
  if (places === undefined) return kernel;
  const units = kernel.shape[1]!;
  const data = new Float32Array(kernel.data.length);
  places.forEach((place, row) => data.set(kernel.data.subarray(row * units, (row + 1) * units), place * units));
  return { shape: kernel.shape, data };
}
