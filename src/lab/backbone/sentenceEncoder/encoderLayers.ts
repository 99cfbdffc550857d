import type { Activation, Layer, LayerGraph, Tensor, Weights } from "../layerGraph";
import type { EncoderConstants } from "./encoderConstants";

/** @param pieces Of the vocabulary. Ids are one more than theirs: 0 is padding. */
export function encoderLayers(
  constants: EncoderConstants,
  pieces: number,
): { readonly graph: LayerGraph; readonly weights: Weights } {
  const writer = new EncoderWriter(constants);
  writer.embed(pieces);
  const first = writer.block(0, "placed");
  const second = writer.block(1, first);
  writer.layers.push({ type: "GlobalAveragePooling1D", name: "average", inputs: [second, "mask"] });
  writer.dense("hidden", "average", constants.hidden("weights"), constants.hidden("bias"), "tanh");
  writer.layers.push({ type: "UnitNormalization", name: "sentence", inputs: ["hidden"] });
  const graph = { input: { name: "ids", shape: [constants.longest] }, layers: writer.layers, output: "sentence" };
  return { graph, weights: writer.weights };
}

class EncoderWriter {
  readonly layers: Layer[] = [];
  readonly weights = new Map<string, Tensor>();
  readonly #constants: EncoderConstants;

  constructor(constants: EncoderConstants) {
    this.#constants = constants;
  }

  embed(pieces: number): void {
    const { shape, data } = this.#constants.embeddings();
    const width = shape[1]!;
    const table = new Float32Array((pieces + 1) * width);
    // The original adds places to the embeddings, and the embeddings to that once more.
    for (let i = 0; i < pieces * width; i++) table[width + i] = 2 * data[i]!;
    const { longest } = this.#constants;
    this.layers.push(
      { type: "Embedding", name: "words", inputs: ["ids"], inputDim: pieces + 1, outputDim: width },
      { type: "PositionEmbedding", name: "positions", inputs: ["words"], sequenceLength: longest },
      { type: "Add", name: "placed", inputs: ["words", "positions"] },
      { type: "PaddingMask", name: "mask", inputs: ["ids"], paddingId: 0 },
    );
    this.weights.set("words/embeddings", { shape: [pieces + 1, width], data: table });
    this.weights.set("positions/embeddings", places(this.#constants.frequencies().data, longest));
  }

  /** The name of its output. */
  block(block: number, input: string): string {
    const constants = this.#constants;
    const named = (part: string) => `block${block + 1}_${part}`;
    this.#norm(named("norm1"), input, block, "layer_prepostprocess/layer_norm");
    const attended = this.#attention(block, named);
    const narrow = constants.attention(block, "output_transform_single").shape;
    // Block 1 is wider than the embeddings: they are widened to be added.
    const isWidened = narrow[0] !== narrow[1];
    if (isWidened) {
      this.dense(
        named("widened"),
        input,
        constants.vector(block, "dense/kernel"),
        constants.vector(block, "dense/bias"),
      );
    }
    this.layers.push({
      type: "Add",
      name: named("attended"),
      inputs: [attended, isWidened ? named("widened") : input],
    });
    this.#norm(named("norm2"), named("attended"), block, "FFN/layer_prepostprocess/layer_norm");
    const [wide, back] = (["conv1", "conv2"] as const).map(
      (name) => [constants.feedForward(block, name), constants.vector(block, `FFN/${name}/bias`)] as const,
    ) as [readonly [Tensor, Tensor], readonly [Tensor, Tensor]];
    this.dense(named("wide"), named("norm2"), ...wide, "relu");
    this.dense(named("narrow"), named("wide"), ...back);
    this.layers.push({ type: "Add", name: named("output"), inputs: [named("attended"), named("narrow")] });
    return named("output");
  }

  dense(name: string, input: string, kernel: Tensor, bias: Tensor, activation: Activation = "linear"): void {
    this.layers.push({ type: "Dense", name, inputs: [input], units: kernel.shape[1]!, useBias: true, activation });
    this.weights.set(`${name}/kernel`, kernel);
    this.weights.set(`${name}/bias`, bias);
  }

  #norm(name: string, input: string, block: number, path: string): void {
    this.layers.push({ type: "LayerNormalization", name, inputs: [input], epsilon: this.#constants.epsilon });
    this.weights.set(`${name}/gamma`, this.#constants.vector(block, `${path}/layer_norm_scale`));
    this.weights.set(`${name}/beta`, this.#constants.vector(block, `${path}/layer_norm_bias`));
  }

  #attention(block: number, named: (part: string) => string): string {
    const { heads } = this.#constants;
    const all = this.#constants.attention(block, "qkv_transform_single");
    const biases = this.#constants.vector(block, "MultiheadAttention/qkv_transform_single/bias");
    const output = this.#constants.attention(block, "output_transform_single");
    const bias = this.#constants.vector(block, "MultiheadAttention/output_transform_single/bias");
    const width = all.shape[0]!;
    const keyDim = width / heads;
    const name = named("attention");
    const inputs = [named("norm1"), named("norm1"), "mask"];
    this.layers.push({ type: "MultiHeadAttention", name, inputs, heads, keyDim, useBias: true });
    for (const [place, part] of ["query", "key", "value"].entries()) {
      const kernel = columns(all, place * width, width);
      this.weights.set(`${name}/${part}_kernel`, { shape: [width, heads, keyDim], data: kernel });
      const own = biases.data.slice(place * width, (place + 1) * width);
      this.weights.set(`${name}/${part}_bias`, { shape: [heads, keyDim], data: own });
    }
    const isWidened = output.shape[1] !== width;
    // Attention keeps the width: where the original makes it wider, a layer of its own does.
    const kept = isWidened ? identity(width) : output;
    this.weights.set(`${name}/output_kernel`, { shape: [heads, keyDim, width], data: kept.data });
    this.weights.set(`${name}/output_bias`, isWidened ? { shape: [width], data: new Float32Array(width) } : bias);
    if (!isWidened) return name;
    this.dense(named("mixed"), name, output, bias);
    return named("mixed");
  }
}

/** Sines, then cosines (Vaswani et al. 2017, section 3.5), `[steps, 2 · frequencies]`. */
function places(frequencies: Float32Array, steps: number): Tensor {
  const half = frequencies.length;
  const data = new Float32Array(steps * 2 * half);
  for (let step = 0; step < steps; step++) {
    frequencies.forEach((frequency, i) => {
      const angle = Math.fround(step * frequency);
      data[step * 2 * half + i] = Math.sin(angle);
      data[step * 2 * half + half + i] = Math.cos(angle);
    });
  }
  return { shape: [steps, 2 * half], data };
}

function columns({ shape, data }: Tensor, from: number, count: number): Float32Array {
  const [rows, width] = shape as [number, number];
  const taken = new Float32Array(rows * count);
  for (let row = 0; row < rows; row++) {
    taken.set(data.subarray(row * width + from, row * width + from + count), row * count);
  }
  return taken;
}

function identity(width: number): Tensor {
  const data = new Float32Array(width * width);
  for (let i = 0; i < width; i++) data[i * width + i] = 1;
  return { shape: [width, width], data };
}
