/** Tokenizers for texts: trained here, or as others have published them. */
import { GraftError } from "../../shared/graftError";
import { Tokenizer, type TokenizerData, tokenizerOf } from "./tokenizer";
import { type Texts, textsOf } from "./texts";
import { wordPieceVocabulary } from "./wordPieceVocabulary";

/** How a tokenizer is trained. */
export interface TrainTokenizerOptions {
  /** Tokens at most, the special ones among them; small texts have fewer. From 16 to 100,000. Default 2000. */
  readonly vocabularySize?: number;
}

/** Tokenizers for models of texts: made from texts of one's own, or taken from a `tokenizer.json`. A model keeps the one that it was made with. */
export const tokenizers = {
  /**
   * A WordPiece tokenizer, as BERT's (Devlin et al. 2019), for these texts: upper case, accents and control characters are put aside, words and
   * punctuation are told apart, and frequent words and parts of words become tokens. Ids: 0 is padding, 1 an unknown word, 2 a mask.
   *
   * @throws GraftError `text/none` for no texts or empty ones, `text/vocabulary-size`, `data/not-text`.
   *
   * @example
   * ```ts
   * import { tokenizers } from "graft";
   * const texts = ["Lunch at noon?", "You have won a prize!", "Re: Lunch at noon?", "Win a prize at noon"];
   * const tokenizer = tokenizers.train(texts, { vocabularySize: 80 });
   * console.log(tokenizer.vocabularySize, tokenizer.tokens("a winning lunch"));
   * ```
   */
  train(texts: Texts, { vocabularySize = 2000 }: TrainTokenizerOptions = {}): Tokenizer {
    if (!(Number.isInteger(vocabularySize) && vocabularySize >= 16 && vocabularySize <= 100_000)) {
      throw new GraftError({
        code: "text/vocabulary-size",
        expected: "a whole number of tokens from 16 to 100,000",
        found: String(vocabularySize),
        remedy: "Take 2000 for a small encoder; BERT has 30,000",
      });
    }
    const counts = new Map<string, number>();
    const reader = new Tokenizer(wordPiece([]));
    for (const text of textsOf(texts)) {
      for (const word of reader.words(text)) {
        if (word.length <= LONGEST_WORD) counts.set(word, (counts.get(word) ?? 0) + 1);
      }
    }
    return tokenizerOf(wordPiece(wordPieceVocabulary(counts, vocabularySize - special.length)));
  },

  /**
   * A tokenizer from the parsed content of a `tokenizer.json`, as models on Hugging Face's hub have it: WordPiece, BPE and Unigram. Encoders of
   * `transformerEncoder` take the id 0 for padding, and `pretrain.maskedTokens` needs a token `[MASK]` or `<mask>`.
   *
   * @throws GraftError `text/tokenizer`.
   *
   * @example
   * ```ts
   * import { tokenizers } from "graft";
   * const trained = tokenizers.train(["the cat sat on the mat", "the dog sat on the log"], { vocabularySize: 60 });
   * const same = tokenizers.from(JSON.parse(JSON.stringify(trained.data)));
   * console.log(same.encode("the cat"));
   * ```
   */
  from: (data: TokenizerData): Tokenizer => tokenizerOf(data),
};

const special = ["[PAD]", "[UNK]", "[MASK]"];
/** Longer ones are no words but encoded files; the tokenizer takes them for unknown. */
const LONGEST_WORD = 100;

function wordPiece(pieces: readonly string[]): TokenizerData {
  const vocabulary = [...special, ...pieces];
  return {
    version: "1.0",
    added_tokens: ["[PAD]", "[MASK]"].map((content) => ({
      ...{ id: vocabulary.indexOf(content), content, special: true, normalized: false },
      ...{ single_word: false, lstrip: false, rstrip: false },
    })),
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "NFD" },
        { type: "StripAccents" },
        { type: "Lowercase" },
        { type: "Replace", pattern: { Regex: "[\\p{Cc}\\p{Cf}]" }, content: " " },
      ],
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: null,
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: LONGEST_WORD,
      vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
    },
  };
}
