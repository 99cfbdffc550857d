import { GraftError } from "../../shared/graftError";
import type { Tokenizer } from "../text/tokenizer";
import { Backbone } from "./backbone";
import { initialWeights } from "./initialWeights";
import type { Layer, LayerGraph } from "./layerGraph";

/** How large a transformer encoder is. */
export interface TransformerEncoderOptions {
  /** Made by `tokenizers.train` or `tokenizers.from`; saved with every model on this encoder. */
  readonly tokenizer: Tokenizer;
  /** Tokens of a text that are read; of longer ones the beginning. Default 64. */
  readonly length?: number;
  /** Blocks of attention and feed-forward layers. Default 2. */
  readonly layers?: number;
  /** Numbers for each token, and of the features of a text. Default 64. */
  readonly width?: number;
  /** Of the attention; they share the width evenly. Default 4. */
  readonly heads?: number;
  /** Width of the hidden layer of a block's feed-forward part. Default four times `width`. */
  readonly hiddenUnits?: number;
  /** Default `"transformer-2x64"`, with its layers and width. */
  readonly name?: string;
  /** Of the random weights. Default 0. */
  readonly seed?: number;
}

/**
 * A transformer encoder for texts (Vaswani et al. 2017) with random weights, as BERT's but with the normalisation before each part of a block
 * (Xiong et al. 2020), which trains without a long warm-up. Its features, `[width]`, are the mean over a text's tokens; padding is never attended to. Pre-train it with
 * `pretrain.maskedTokens`, or give it to `fromScratch`.
 *
 * Layers: `words`, `positions`, `embedded`, then for each block `block1_norm1`, `block1_attention`, `block1_norm2`, `block1_wide`, `block1_narrow`, and
 * `norm`: five layers with weights a block, so that `{ lastLayers: 7 }` of a model with a head trains the last block.
 *
 * @throws GraftError `text/encoder-size` for sizes that are no whole numbers above 0, or a width that the heads cannot share.
 *
 * @example
 * ```ts
 * import { tokenizers, transformerEncoder } from "graft";
 * const tokenizer = tokenizers.train(["lunch at noon?", "you have won a prize!"], { vocabularySize: 100 });
 * const encoder = transformerEncoder({ tokenizer, length: 16, layers: 2, width: 32, heads: 4 });
 * console.log(encoder.inputShape, encoder.featureShape, encoder.parameters);
 * ```
 */
export function transformerEncoder(options: TransformerEncoderOptions): Backbone {
  const { tokenizer, length = 64, layers = 2, width = 64, heads = 4, seed = 0 } = options;
  const { hiddenUnits = 4 * width, name = `transformer-${layers}x${width}` } = options;
  requireSizes({ length, layers, width, heads, hiddenUnits });
  const graph = encoderGraph(tokenizer.vocabularySize, { length, layers, width, heads, hiddenUnits });
  const preprocessing = { kind: "tokens", tokenizer: tokenizer.data, length } as const;
  return new Backbone({ name, graph, weights: initialWeights(graph, seed), preprocessing });
}

type Sizes = Required<Pick<TransformerEncoderOptions, "length" | "layers" | "width" | "heads" | "hiddenUnits">>;

function encoderGraph(vocabulary: number, { length, layers, width, heads, hiddenUnits }: Sizes): LayerGraph {
  const norm = (name: string, input: string): Layer => ({
    ...{ type: "LayerNormalization", name, inputs: [input], epsilon: 1e-5 },
  });
  const add = (name: string, inputs: readonly string[]): Layer => ({ type: "Add", name, inputs });
  const block = (place: number, input: string): Layer[] => {
    const named = (part: string) => `block${place}_${part}`;
    const dense = { type: "Dense", useBias: true } as const;
    return [
      norm(named("norm1"), input),
      {
        ...{ type: "MultiHeadAttention", name: named("attention"), heads, keyDim: width / heads, useBias: true },
        inputs: [named("norm1"), named("norm1"), "mask"],
      },
      add(named("attended"), [input, named("attention")]),
      norm(named("norm2"), named("attended")),
      { ...dense, name: named("wide"), inputs: [named("norm2")], units: hiddenUnits, activation: "gelu" },
      { ...dense, name: named("narrow"), inputs: [named("wide")], units: width, activation: "linear" },
      add(named("output"), [named("attended"), named("narrow")]),
    ];
  };
  const blocks = Array.from({ length: layers }, (_, i) => block(i + 1, i === 0 ? "embedded" : `block${i}_output`));
  return {
    input: { name: "ids", shape: [length] },
    layers: [
      { type: "Embedding", name: "words", inputs: ["ids"], inputDim: vocabulary, outputDim: width },
      { type: "PositionEmbedding", name: "positions", inputs: ["words"], sequenceLength: length },
      add("placed", ["words", "positions"]),
      norm("embedded", "placed"),
      { type: "PaddingMask", name: "mask", inputs: ["ids"], paddingId: 0 },
      ...blocks.flat(),
      norm("norm", `block${layers}_output`),
      { type: "GlobalAveragePooling1D", name: "average", inputs: ["norm", "mask"] },
    ],
    output: "average",
  };
}

function requireSizes(sizes: Sizes): void {
  const wrong = Object.entries(sizes).find(([, size]) => !(Number.isInteger(size) && size >= 1));
  const isShared = sizes.width % sizes.heads === 0;
  if (wrong === undefined && isShared) return;
  throw new GraftError({
    code: "text/encoder-size",
    expected: wrong
      ? `${wrong[0]} to be a whole number of at least 1`
      : `a width that ${sizes.heads} heads can share evenly`,
    found: String(wrong ? wrong[1] : sizes.width),
    remedy: wrong ? "Leave it out for the default" : `Take a multiple of ${sizes.heads} for width, or other heads`,
  });
}
