/**
 * The rules that turn operators into layers, whatever format they came in. Each method adds what one operator means to the graph and
 * answers with its value; what no layer can express is refused with `NoRule`.
 */
import { kindOf } from "../kinds/kindTable";
import { sizeOf, type Shape } from "../kinds/layerKind";
import { extentOf } from "../kinds/windows";
import type { Activation, Layer, Tensor } from "../layerGraph";
import { GraftError } from "../../../shared/graftError";
import { kernelWithRowsOf, repeated } from "./kernels";
import type { LayerNames } from "./layerNames";
import { type LayerValue, sourceShape } from "./layerValue";
import { NoRule, type OperatorNode } from "./operatorGraph";
import { paddingOf, type Pads, type SlidingPlace } from "./slidingPads";

type LayerCore = Layer extends infer Kind ? (Kind extends Layer ? Omit<Kind, "name" | "inputs"> : never) : never;

export interface ConvolutionParts {
  /** `[height, width, channels / groups, filters]`; of a depthwise one `[height, width, channels, depthMultiplier]`. */
  readonly kernel: Tensor;
  readonly depthwise: boolean;
  readonly bias?: Float32Array | undefined;
  readonly strides: readonly [number, number];
  readonly pads: Pads;
  /** Default 1 x 1. */
  readonly dilation?: readonly [number, number];
  /** Of one that is not depthwise. Default 1. */
  readonly groups?: number;
}

export interface PoolingParts extends SlidingPlace {
  /** Whether zeros that are padded count for the mean. */
  readonly countsPadding: boolean;
}

export interface NormParts {
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  readonly epsilon: number;
  readonly momentum: number;
}

export class LayerWriter {
  readonly layers: Layer[] = [];
  readonly weights = new Map<string, Tensor>();
  readonly #names: LayerNames;
  /** Layers that are a factor and a summand for each channel, nothing else. */
  readonly #affine = new Set<string>();
  /** Which the last layer was made of. */
  #lastNode: OperatorNode | undefined;
  /** How many operators read the value that this operator makes. */
  readonly #readers: (node: OperatorNode) => number;

  constructor(names: LayerNames, readers: (node: OperatorNode) => number) {
    this.#names = names;
    this.#readers = readers;
  }

  convolution(node: OperatorNode, x: LayerValue, parts: ConvolutionParts): LayerValue {
    const { kernel, depthwise, bias, strides, dilation = [1, 1], groups = 1 } = parts;
    const [height, width, , last] = kernel.shape as readonly [number, number, number, number];
    const isDilated = Math.max(...dilation) > 1;
    if (isDilated && Math.max(...strides) > 1) throw new NoRule("dilation together with strides");
    const place = { kernel: extentOf({ kernel: [height, width], dilation }), strides, pads: parts.pads };
    const { input, padding } = this.#padded(node, this.#image(x), place, true);
    const common = {
      kernelSize: [height, width],
      strides,
      padding,
      ...(isDilated && { dilation }),
      useBias: bias !== undefined,
      activation: "linear",
    } as const;
    const layer: LayerCore = depthwise
      ? { type: "DepthwiseConv2D", depthMultiplier: last, ...common }
      : { type: "Conv2D", filters: last, ...(groups > 1 && { groups }), ...common };
    const filters = depthwise ? kernel.shape[2]! * last : last;
    return this.#add(node, layer, [input], {
      [depthwise ? "depthwise_kernel" : "kernel"]: kernel,
      ...(bias && { bias: { shape: [filters], data: bias } }),
    });
  }

  /** `kernel` [inputs, units]; its rows are put into the order in which the layer has its inputs. */
  dense(node: OperatorNode, x: LayerValue, kernel: Tensor, bias?: Float32Array): LayerValue {
    if (x.shape.length > 2 || x.shape.at(-1) !== kernel.shape[0]) throw new NoRule("a matrix product over images");
    const units = kernel.shape[1]!;
    const { layer, shape, channelsFirst } = x;
    return this.#add(
      node,
      { type: "Dense", units, useBias: bias !== undefined, activation: "linear" },
      [{ layer, shape, channelsFirst }],
      {
        kernel: kernelWithRowsOf(x, kernel),
        ...(bias && { bias: { shape: [units], data: bias } }),
      },
    );
  }

  batchNormalization(node: OperatorNode, x: LayerValue, parts: NormParts): LayerValue {
    if (x.flattened) throw new NoRule("a batch norm over flattened channels");
    const { gamma, beta, mean, variance, epsilon, momentum } = parts;
    const vector = (data: Float32Array): Tensor => ({ shape: [data.length], data });
    return this.#add(node, { type: "BatchNormalization", epsilon, momentum }, [x], {
      gamma: vector(gamma),
      beta: vector(beta),
      moving_mean: vector(mean),
      moving_variance: vector(variance),
    });
  }

  /** `x · scale + shift`, each one number for all channels or one for each. A shift behind a linear map becomes its bias. */
  affine(node: OperatorNode, x: LayerValue, scale: Float32Array, shift: Float32Array): LayerValue {
    const channels = x.shape.at(-1)!;
    if (x.flattened || x.shape.length === 2) throw new NoRule("a factor or a constant for each feature here");
    if (scale.every((value) => value === 1)) {
      const merged = this.#withBias(x, repeated(shift, channels));
      if (merged) return merged;
      if (shift.every((value) => value === 0)) return x;
    }
    const before = this.#affine.has(x.layer) && this.#names.isReadOnce(x.layer);
    if (before) return this.#composed(x, repeated(scale, channels), repeated(shift, channels));
    const image = x.shape.length === 3 ? x : this.reshape(node, x, [1, 1, channels], false);
    // A depthwise convolution over single pixels: the one layer that is this, nothing else.
    const result = this.convolution(node, image, {
      kernel: { shape: [1, 1, channels, 1], data: repeated(scale, channels) },
      depthwise: true,
      bias: repeated(shift, channels),
      strides: [1, 1],
      pads: [0, 0, 0, 0],
    });
    if (x.shape.length !== 3) return this.reshape(node, result, [channels], false);
    this.#affine.add(result.layer);
    return result;
  }

  activation(node: OperatorNode, x: LayerValue, activation: Activation, slope?: number): LayerValue {
    if (activation === "linear") return x;
    if (this.#takesActivation(node, x, activation)) return x;
    if (activation === "softmax" && (x.shape.length === 3 || x.flattened)) throw new NoRule("softmax over maps");
    return this.#add(node, { type: "Activation", activation, ...(slope !== undefined && { slope }) }, [x]);
  }

  merge(node: OperatorNode, type: "Add" | "Multiply", inputs: readonly LayerValue[]): LayerValue {
    const sorted = [...inputs].sort((a, b) => sizeOf(b.shape) - sizeOf(a.shape));
    this.#requireOneOrder(sorted);
    return this.#add(node, { type }, sorted);
  }

  /** `axis` counts as in the operator graph, with the batch. */
  concatenate(node: OperatorNode, inputs: readonly LayerValue[], axis: number): LayerValue {
    this.#requireOneOrder(inputs);
    const [first] = inputs as [LayerValue];
    if (first.flattened) throw new NoRule("flattened channels one behind the other");
    const own = sourceAxisToLayer(first, axis);
    return inputs.length === 1 ? first : this.#add(node, { type: "Concatenate", axis: own }, inputs);
  }

  pooling(
    node: OperatorNode,
    type: "MaxPooling2D" | "AveragePooling2D",
    x: LayerValue,
    parts: PoolingParts,
  ): LayerValue {
    const [height, width] = this.#image(x).shape as readonly [number, number, number];
    const { kernel, strides } = parts;
    if (kernel[0] === height && kernel[1] === width && parts.pads !== "same" && parts.pads.every((pad) => pad === 0)) {
      return this.globalPooling(
        node,
        type === "MaxPooling2D" ? "GlobalMaxPooling2D" : "GlobalAveragePooling2D",
        x,
        true,
      );
    }
    // Zeros are the least there is only where nothing is below them; a mean counts them only where it says so.
    const zerosAreRight = type === "MaxPooling2D" ? this.#isNeverNegative(x) : parts.countsPadding;
    const { input, padding } = this.#padded(node, x, parts, zerosAreRight);
    if (type === "AveragePooling2D" && padding === "same" && parts.countsPadding) {
      throw new NoRule("a mean that counts the padding");
    }
    return this.#add(node, { type, poolSize: kernel, strides, padding }, [input]);
  }

  globalPooling(
    node: OperatorNode,
    type: "GlobalAveragePooling2D" | "GlobalMaxPooling2D",
    x: LayerValue,
    keepDims: boolean,
  ): LayerValue {
    const pooled = this.#add(node, { type, keepDims }, [this.#image(x)]);
    return { ...pooled, channelsFirst: keepDims && x.channelsFirst };
  }

  zeroPadding(
    node: OperatorNode,
    x: LayerValue,
    [top, left, bottom, right]: readonly [number, number, number, number],
    part = "",
  ): LayerValue {
    if (top + left + bottom + right === 0) return x;
    const padding = [
      [top, bottom],
      [left, right],
    ] as const;
    return this.#add(node, { type: "ZeroPadding2D", padding }, [this.#image(x)], {}, part);
  }

  /** `target` as the operator graph has it, without the batch; `channelsFirst` is the order of its images. */
  reshape(node: OperatorNode, x: LayerValue, target: Shape, channelsFirst: boolean): LayerValue {
    const from = sourceShape(x);
    if (from.join() === target.join()) return x;
    if (sizeOf(from) !== sizeOf(target)) throw new NoRule(`${from.join(" x ")} as ${target.join(" x ")}`);
    if (target.length === 1) return this.#flatten(node, x);
    if (x.flattened || (x.channelsFirst && sizeOf(x.shape) !== x.shape.at(-1)))
      throw new NoRule("maps in another shape");
    if (target.length > 3) throw new NoRule(`${target.length + 1} axes`);
    const [channels, ...pixels] = target as readonly [number, ...number[]];
    const isChannelsFirst = channelsFirst && target.length === 3;
    if (isChannelsFirst && sizeOf(pixels) !== 1) throw new NoRule("features as maps");
    const shape = isChannelsFirst ? [1, 1, channels] : target;
    const reshaped = this.#add(node, { type: "Reshape", shape }, [{ ...x, channelsFirst: false }]);
    return { ...reshaped, channelsFirst: isChannelsFirst };
  }

  /** Several values of one row, as the operators that are run as they are give them. */
  unpack(row: string, value: string, offset: number, shape: Shape): string {
    const name = this.#names.take(value);
    this.layers.push({ type: "Unpack", name, inputs: [row], offset, shape });
    return name;
  }

  #flatten(node: OperatorNode, x: LayerValue): LayerValue {
    const [height, width, channels] = x.shape;
    const isMoved = x.channelsFirst && height! * width! > 1 && channels! > 1;
    const image = { ...x, channelsFirst: false };
    const flat = this.#add(node, { type: "Flatten" }, [image]);
    return isMoved ? { ...flat, flattened: [height!, width!, channels!] } : flat;
  }

  #image(x: LayerValue): LayerValue {
    if (x.shape.length !== 3) throw new NoRule(`images made of ${sourceShape(x).join(" x ")}`);
    return x;
  }

  #padded(node: OperatorNode, x: LayerValue, place: SlidingPlace, zerosAreRight: boolean) {
    const { padding, zeros } = paddingOf(x.shape, place);
    if (zeros === undefined) return { input: x, padding };
    if (!zerosAreRight) throw new NoRule(`padding ${zeros.join(", ")} that is not zeros`);
    return { input: this.zeroPadding(node, x, zeros, "pad"), padding };
  }

  #isNeverNegative(x: LayerValue): boolean {
    const layer = this.layers.find(({ name }) => name === x.layer);
    if (layer === undefined || !("activation" in layer)) return false;
    return (["relu", "relu6", "sigmoid", "softmax"] as Activation[]).includes(layer.activation);
  }

  /** Where the activation is fused with the layer that the same operator made, it belongs to that. */
  #takesActivation(node: OperatorNode, x: LayerValue, activation: Activation): boolean {
    const at = this.layers.length - 1;
    const layer = this.layers[at];
    if (this.#lastNode !== node || layer?.name !== x.layer) return false;
    if (
      activation === "leakyRelu" ||
      activation === "softmax" ||
      !("useBias" in layer) ||
      layer.type === "MultiHeadAttention"
    )
      return false;
    this.layers[at] = { ...layer, activation };
    return true;
  }

  /** The linear map that makes `x`, where nothing else reads it, with this bias. */
  #withBias(x: LayerValue, bias: Float32Array): LayerValue | undefined {
    const at = this.layers.findIndex(({ name }) => name === x.layer);
    const layer = this.layers[at];
    if (layer === undefined || !("useBias" in layer) || layer.type === "MultiHeadAttention") return undefined;
    if (layer.useBias || layer.activation !== "linear" || !this.#names.isReadOnce(layer.name)) return undefined;
    this.layers[at] = { ...layer, useBias: true };
    this.weights.set(`${layer.name}/bias`, { shape: [bias.length], data: bias });
    return x;
  }

  /** The affine layer that makes `x`, with another such map behind it. */
  #composed(x: LayerValue, scale: Float32Array, shift: Float32Array): LayerValue {
    for (const [weight, added] of [
      ["depthwise_kernel", 0],
      ["bias", 1],
    ] as const) {
      const { shape, data } = this.weights.get(`${x.layer}/${weight}`)!;
      const composed = data.map((value, i) => value * scale[i]! + added * shift[i]!);
      this.weights.set(`${x.layer}/${weight}`, { shape, data: composed });
    }
    return x;
  }

  #requireOneOrder(values: readonly LayerValue[]): void {
    const orders = new Set(
      values.map(({ shape, channelsFirst, flattened }) => `${shape.length} ${channelsFirst} ${flattened?.join()}`),
    );
    if (orders.size > 1) throw new NoRule("values whose axes come in different orders");
  }

  #add(
    node: OperatorNode,
    core: LayerCore,
    inputs: readonly LayerValue[],
    weights: Readonly<Record<string, Tensor>> = {},
    part = "",
  ): LayerValue {
    const [first] = inputs as [LayerValue];
    const isOnly = this.#readers(node) === 1;
    const name = this.#names.of(node, part, isOnly);
    const layer = { name, inputs: inputs.map((input) => input.layer), ...core } as Layer;
    const shapes = inputs.map(({ shape }) => shape);
    const shape = this.#shapeOf(layer, shapes);
    const expected = kindOf(layer).weightShapes?.(layer, shapes) ?? {};
    for (const [weight, tensor] of Object.entries(weights)) {
      if (expected[weight]?.join() !== tensor.shape.join()) {
        throw new NoRule(`weights of ${tensor.shape.join(" x ")} where ${expected[weight]?.join(" x ")} fit`);
      }
    }
    for (const [weight, tensor] of Object.entries(weights)) this.weights.set(`${name}/${weight}`, tensor);
    this.layers.push(layer);
    this.#lastNode = node;
    const flattened = shape.length === 1 ? first.flattened : undefined;
    return {
      layer: name,
      shape,
      channelsFirst: first.channelsFirst && shape.length === 3,
      ...(flattened && { flattened }),
    };
  }

  #shapeOf(layer: Layer, inputs: readonly Shape[]): Shape {
    try {
      return kindOf(layer).outputShape(layer, inputs);
    } catch (error) {
      if (error instanceof GraftError) throw new NoRule(error.found);
      throw error;
    }
  }
}

function sourceAxisToLayer(value: LayerValue, axis: number): number {
  const rank = value.shape.length + 1;
  const at = axis < 0 ? axis + rank : axis;
  if (at === 0) throw new NoRule("the batch's axis");
  return value.channelsFirst ? [2, 0, 1][at - 1]! : at - 1;
}
