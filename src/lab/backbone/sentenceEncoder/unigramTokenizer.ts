/** SentencePiece's unigram model (Kudo 2018) as a `tokenizer.json`, so that the tokenizers' library reads by it. */
import type { TokenizerData } from "../../text/tokenizer";

/** A piece and the logarithm of its probability, in the order of their ids. */
export type UnigramVocabulary = readonly (readonly [piece: string, score: number])[];

/**
 * Ids are one more than those of the vocabulary: 0 is padding, where SentencePiece has the unknown piece. The `reserved` first pieces mark things,
 * such as the end of a text, and never stand for what is written.
 */
export function unigramTokenizer(vocabulary: UnigramVocabulary, reserved: number): TokenizerData {
  // White space is gone before pieces are looked for, so that these are never found.
  const names = ["padding", "unknown", ...Array.from({ length: reserved - 1 }, (_, i) => `reserved ${i + 1}`)];
  return {
    version: "1.0",
    added_tokens: [],
    normalizer: { type: "NFKC" },
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [{ type: "WhitespaceSplit" }, { type: "Metaspace", replacement: "▁", prepend_scheme: "always" }],
    },
    post_processor: null,
    decoder: { type: "Metaspace", replacement: "▁", prepend_scheme: "always" },
    model: {
      type: "Unigram",
      unk_id: 1,
      vocab: [...names.map((name) => [` ${name}`, 0]), ...vocabulary.slice(reserved)],
    },
  };
}
