/** Layers that only move numbers: flatten, reshape, pad, join, and the rows that cross a cut. */
import type { LayerOf } from "../layerGraph";
import { sizeOf, type LayerKind } from "./layerKind";
import { asFlat, asImage, inputCountError, onlyInput, shapeError } from "./shapeError";

export const flatten: LayerKind<LayerOf<"Flatten">> = {
  outputShape: (layer, inputs) => [sizeOf(onlyInput(layer, inputs))],
};

export const reshape: LayerKind<LayerOf<"Reshape">> = {
  outputShape(layer, inputs) {
    const input = onlyInput(layer, inputs);
    if (sizeOf(input) === sizeOf(layer.shape) && layer.shape.length <= 3) return layer.shape;
    throw shapeError(layer, `as many numbers as [${layer.shape.join(", ")}] has, in at most three axes`, input);
  },
};

export const zeroPadding2d: LayerKind<LayerOf<"ZeroPadding2D">> = {
  outputShape(layer, inputs) {
    const [height, width, channels] = asImage(layer, onlyInput(layer, inputs));
    const [[top, bottom], [left, right]] = layer.padding;
    return [height + top + bottom, width + left + right, channels];
  },
};

export const merge: LayerKind<LayerOf<"Add"> | LayerOf<"Multiply">> = {
  outputShape(layer, inputs) {
    const [first, ...others] = inputs;
    if (first === undefined || others.length === 0) throw inputCountError(layer, "two or more inputs", inputs.length);
    const largest = inputs.reduce((most, input) => (sizeOf(input) > sizeOf(most) ? input : most), first);
    for (const input of inputs) {
      const fits = input.length === largest.length && input.every((side, i) => side === largest[i] || side === 1);
      if (!fits) throw shapeError(layer, `inputs that fit the largest one's [${largest.join(", ")}]`, input);
    }
    return largest;
  },
};

export const concatenate: LayerKind<LayerOf<"Concatenate">> = {
  outputShape(layer, inputs) {
    const [first, ...others] = inputs;
    if (first === undefined || others.length === 0) throw inputCountError(layer, "two or more inputs", inputs.length);
    if (layer.axis < 0 || layer.axis >= first.length) {
      throw shapeError(layer, `an axis ${layer.axis} in its inputs`, first);
    }
    for (const other of others) {
      const fits = other.length === first.length && other.every((side, i) => i === layer.axis || side === first[i]);
      if (!fits)
        throw shapeError(layer, `inputs that differ from [${first.join(", ")}] in axis ${layer.axis} only`, other);
    }
    return first.map((side, i) => (i === layer.axis ? inputs.reduce((sum, shape) => sum + shape[i]!, 0) : side));
  },
};

export const pack: LayerKind<LayerOf<"Pack">> = {
  outputShape: (_, inputs) => [inputs.reduce((sum, shape) => sum + sizeOf(shape), 0)],
};

export const unpack: LayerKind<LayerOf<"Unpack">> = {
  outputShape(layer, inputs) {
    const length = asFlat(layer, onlyInput(layer, inputs));
    if (layer.offset + sizeOf(layer.shape) <= length) return layer.shape;
    throw shapeError(layer, `a row of at least ${layer.offset + sizeOf(layer.shape)} numbers`, [length]);
  },
};

export const operators: LayerKind<LayerOf<"OnnxOperators"> | LayerOf<"TensorFlowOperators">> = {
  outputShape: ({ outputs }) =>
    outputs.length === 1 ? outputs[0]!.shape : [outputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0)],
  weightNames: ({ weights }) => weights.map(({ name }) => name),
  weightShapes: ({ weights }) => Object.fromEntries(weights.map(({ name, shape }) => [name, shape])),
};

export const custom: LayerKind<LayerOf<"Custom">> = {
  outputShape: ({ outputShape }) => outputShape,
  weightNames: ({ weights }) => weights.map(({ name }) => name),
  weightShapes: ({ weights }) => Object.fromEntries(weights.map(({ name, shape }) => [name, shape])),
};
