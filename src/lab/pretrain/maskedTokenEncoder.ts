import { GraftError } from "../../shared/graftError";
import { Backbone, type BackboneParts } from "../backbone/backbone";
import type { LayerGraph, Weights } from "../backbone/layerGraph";
import type { TokenPreprocessing } from "../backbone/preprocessing";
import { softmax } from "../head/softmaxScore";
import { tokenizerOf } from "../text/tokenizer";
import type { LiveHistory } from "../train/history";
import type { LabRuntime } from "../train/labRuntime";

/** A token for a hidden place. */
export interface Guess {
  readonly token: string;
  /** In [0, 1]. */
  readonly probability: number;
}

interface Pretrained {
  readonly runtime: LabRuntime;
  readonly history: LiveHistory;
  /** Of `maskedTokenGraph`. */
  readonly graph: LayerGraph;
  readonly weights: Weights;
  readonly maskId: number;
}

/** An encoder of texts that was pre-trained by masked tokens, with what guesses them. Give it to `graft`. */
export class MaskedTokenEncoder extends Backbone {
  /** Loss: mean cross-entropy in nats over the tokens that were asked for. `show.curves` draws it. */
  readonly history: LiveHistory;
  readonly #pretrained: Pretrained;

  /** @internal */
  constructor(parts: BackboneParts, pretrained: Pretrained) {
    super(parts);
    this.history = pretrained.history;
    this.#pretrained = pretrained;
  }

  /**
   * The most probable tokens in the place of each `[MASK]` (or `<mask>`) of a text, the first `count` of them, for each place in order.
   *
   * @throws GraftError `text/no-mask` for a text without one among its first tokens.
   * @example
   * ```ts
   * import { pretrain, tokenizers, transformerEncoder } from "graft";
   *
   * const texts = Array.from({ length: 200 }, (_, i) => `the ${i % 2 ? "cat" : "dog"} ${i % 2 ? "meows" : "barks"} at noon`);
   * const tokenizer = tokenizers.train(texts, { vocabularySize: 60 });
   * const encoder = transformerEncoder({ tokenizer, length: 8, layers: 1, width: 16, heads: 2 });
   * const pretrained = await pretrain.maskedTokens(encoder, texts, { epochs: 5, plot: false });
   * console.log(await pretrained.guess("the cat [MASK] at noon"));
   * ```
   */
  async guess(text: string, count = 5): Promise<Guess[][]> {
    const { runtime, graph, weights, maskId } = this.#pretrained;
    const { tokenizer: data, length } = this.preprocessing as TokenPreprocessing;
    const tokenizer = tokenizerOf(data);
    const ids = tokenizer.encode(text, { length });
    const places = ids.flatMap((id, place) => (id === maskId ? [place] : []));
    if (places.length === 0) {
      throw new GraftError({
        code: "text/no-mask",
        expected: `a text with ${tokenizer.tokenOf(maskId)} among its first ${length} tokens`,
        found: text.length > 60 ? `${text.slice(0, 60)}…` : text,
        remedy: "Write it where a word is to be guessed",
      });
    }
    const [width = 0] = graph.input.shape;
    const asked = width - length;
    // As many places at a time as the graph takes.
    const rows = Array.from({ length: Math.ceil(places.length / asked) }, (_, i) =>
      places.slice(i * asked, (i + 1) * asked),
    );
    const input = new Float32Array(rows.length * width);
    rows.forEach((some, row) => {
      input.fill(-1, row * width + length, (row + 1) * width);
      input.set(ids, row * width);
      input.set(some, row * width + length);
    });
    const { interruptFlag } = runtime;
    const { data: logits } = await runtime.engine.infer(
      graph,
      weights,
      { shape: [rows.length, width], data: input },
      { interruptFlag },
    );
    const vocabulary = tokenizer.vocabularySize;
    const probabilities = softmax({ shape: [rows.length * asked, vocabulary], data: logits }).data;
    return places.map((_, i) => {
      const row = probabilities.subarray(i * vocabulary, (i + 1) * vocabulary);
      const order = [...row.keys()].sort((a, b) => row[b]! - row[a]! || a - b);
      return order.slice(0, count).map((id) => ({ token: tokenizer.tokenOf(id), probability: row[id]! }));
    });
  }
}
