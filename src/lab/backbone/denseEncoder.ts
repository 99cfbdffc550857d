import { GraftError } from "../../shared/graftError";
import { Backbone } from "./backbone";
import { initialWeights } from "./initialWeights";
import type { Activation, Layer, LayerGraph } from "./layerGraph";
import type { ImagePreprocessing } from "./preprocessing";

/** A stack of Dense layers. */
export interface DenseEncoderOptions {
  /** `[height, width, channels]` of the images that it takes. */
  readonly inputShape: readonly number[];
  /** Units of each Dense layer, from the input on. */
  readonly widths: readonly number[];
  /** Of each layer. Default `"relu"`. */
  readonly activation?: Activation;
  /** Default `{ scale: 1 / 255, offset: 0 }`: pixels in [0, 1]. */
  readonly preprocessing?: ImagePreprocessing;
  /** Of the random weights. Default 0. */
  readonly seed?: number;
}

/**
 * An untrained backbone: Dense layers `dense1`, `dense2`, … on flattened images, with random weights (He et al. 2015). To be pre-trained, or to
 * be compared with one that is.
 *
 * @throws GraftError `backbone/encoder-shape`, `backbone/encoder-widths`, and those of its preprocessing (`backbone/preprocessing-channels`, …).
 * @example
 * ```ts
 * import { datasets, denseEncoder, graft } from "graft";
 *
 * const digits = await datasets.mnist();
 * const train = digits.train.sample({ labels: 200 });
 * const encoder = denseEncoder({ inputShape: train.imageShape, widths: [128, 64] });
 * const model = graft(encoder, { classes: train.classes });
 * await model.fineTune(train, { all: true, learningRate: 1e-3, epochs: 3, plot: false });
 * console.log(await model.evaluate(digits.test.subset(0, 500)));
 * ```
 */
export function denseEncoder(options: DenseEncoderOptions): Backbone {
  const { inputShape, widths, activation = "relu", seed = 0 } = options;
  const { preprocessing = { scale: 1 / 255, offset: 0 } } = options;
  requireWhole("encoder-shape", "an inputShape such as [28, 28, 1]", inputShape, 3);
  requireWhole("encoder-widths", "widths such as [256, 128]", widths);
  const stack = widths.map((units, i): Layer => {
    const inputs = [i === 0 ? "flatten" : `dense${i}`];
    return { type: "Dense", name: `dense${i + 1}`, inputs, units, useBias: true, activation };
  });
  const graph: LayerGraph = {
    input: { name: "image", shape: [...inputShape] },
    layers: [{ type: "Flatten", name: "flatten", inputs: ["image"] }, ...stack],
    output: `dense${widths.length}`,
  };
  return new Backbone({
    name: `dense ${widths.join("-")}`,
    graph,
    weights: initialWeights(graph, seed),
    preprocessing,
  });
}

function requireWhole(code: string, expected: string, numbers: readonly number[], length?: number): void {
  const enough = length === undefined ? numbers.length > 0 : numbers.length === length;
  if (enough && numbers.every((value) => Number.isInteger(value) && value >= 1)) return;
  throw new GraftError({
    code: `backbone/${code}`,
    expected: `${expected}, of whole numbers from 1`,
    found: `[${numbers.join(", ")}]`,
    remedy: "Give height, width and channels of the images as inputShape, and the units of each layer as widths",
  });
}
