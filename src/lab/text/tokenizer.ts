import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { GraftError } from "../../shared/graftError";
import { inspectText } from "../inspectText";

/** A tokenizer as plain data: the content of a `tokenizer.json`, the form of Hugging Face's libraries. */
export type TokenizerData = Readonly<Record<string, unknown>>;

/** Characters a token, more than there are in any usual text: so much of a text is read at first where only its beginning is wanted. */
const CHARACTERS = 12;

/** Turns texts into the ids of their tokens, and back. Made by `tokenizers.train` or `tokenizers.from`. */
export class Tokenizer {
  /** As a `tokenizer.json` has it; saved with every model that reads by it. */
  readonly data: TokenizerData;
  /** Ids are below this number. */
  readonly vocabularySize: number;
  readonly #library: HuggingFaceTokenizer;
  readonly #special: ReadonlySet<number>;

  /** @throws GraftError `text/tokenizer`. */
  constructor(data: TokenizerData) {
    this.data = data;
    this.#library = opened(data);
    this.vocabularySize = 1 + Math.max(...this.#library.get_vocab().values());
    this.#special = new Set(
      [...this.#library.get_added_tokens_decoder()].flatMap(([id, { special }]) => (special ? [id] : [])),
    );
  }

  /**
   * The ids of a text's tokens, without any that mark its beginning or end; only the first `length` where given.
   *
   * @example
   * ```ts
   * import { tokenizers } from "graft";
   * const tokenizer = tokenizers.train(["the cat sat on the mat", "the dog sat on the log"], { vocabularySize: 60 });
   * console.log(tokenizer.encode("the cat sat"), tokenizer.tokens("the cat sat"));
   * ```
   */
  encode(text: string, { length }: { readonly length?: number } = {}): number[] {
    if (length === undefined) return this.#ids(text);
    // Of a long mail only the beginning is read. Tokens do not reach across white space, so where it is cut makes no difference.
    for (let end = CHARACTERS * length; end < text.length; end *= 2) {
      const ids = this.#ids(upToSpace(text, end));
      if (ids.length >= length) return ids.slice(0, length);
    }
    return this.#ids(text).slice(0, length);
  }

  /**
   * The text that ids stand for, without padding and masks. Case, accents and white space come back as the tokenizer has normalised them.
   *
   * @example
   * ```ts
   * import { tokenizers } from "graft";
   * const tokenizer = tokenizers.train(["the cat sat on the mat", "the dog sat on the log"], { vocabularySize: 60 });
   * console.log(tokenizer.decode(tokenizer.encode("The dog sat."))); // "the dog sat [UNK]": no full stop was seen
   * ```
   */
  decode(ids: readonly number[]): string {
    return ids.length === 0 ? "" : this.#library.decode([...ids], { skip_special_tokens: true });
  }

  /**
   * A text's tokens as pieces of text.
   *
   * @example
   * ```ts
   * import { tokenizers } from "graft";
   * const tokenizer = tokenizers.train(["the cat sat on the mat", "the dog sat on the log"], { vocabularySize: 60 });
   * console.log(tokenizer.tokens("the cats"));
   * ```
   */
  tokens(text: string): string[] {
    return this.#library.tokenize(text);
  }

  /** @internal A text's words, normalised, before they are cut into tokens. */
  words(text: string): readonly string[] {
    const { normalizer, pre_tokenizer: preTokenizer } = this.#library;
    const normal = normalizer ? normalizer(text) : text;
    return preTokenizer ? preTokenizer(normal) : [normal];
  }

  /** @internal The id of a token; undefined when it is none. */
  idOf(token: string): number | undefined {
    return this.#library.token_to_id(token);
  }

  /** @internal The token with an id. */
  tokenOf(id: number): string {
    return this.#library.id_to_token(id) ?? "";
  }

  /** @internal Whether an id stands for no text, as padding and masks. */
  isSpecial(id: number): boolean {
    return this.#special.has(id);
  }

  #ids(text: string): number[] {
    return this.#library.encode(text, { add_special_tokens: false }).ids;
  }

  [inspectText](): string {
    const kind = (this.data.model as { readonly type?: string }).type ?? "no known kind";
    return `Tokenizer: ${kind} with ${this.vocabularySize.toLocaleString("en")} tokens`;
  }
}

const known = new WeakMap<TokenizerData, Tokenizer>();

/** Opened once for the same data. @throws GraftError `text/tokenizer`. */
export function tokenizerOf(data: TokenizerData): Tokenizer {
  const tokenizer = known.get(data) ?? new Tokenizer(data);
  known.set(data, tokenizer);
  return tokenizer;
}

function opened(data: TokenizerData): HuggingFaceTokenizer {
  try {
    return new HuggingFaceTokenizer({ added_tokens: [], ...data }, {});
  } catch (cause) {
    throw new GraftError({
      code: "text/tokenizer",
      expected: "a tokenizer as a tokenizer.json of Hugging Face's has it",
      found: `what cannot be opened as one: ${cause instanceof Error ? cause.message : String(cause)}`,
      remedy:
        "Give the parsed content of tokenizer.json, or train one: tokenizers.train(texts, { vocabularySize: 2000 })",
      cause,
    });
  }
}

/** The beginning of a text up to the first white space at `end` or behind it. */
function upToSpace(text: string, end: number): string {
  const space = /\s/g;
  space.lastIndex = end;
  return text.slice(0, space.exec(text)?.index ?? text.length);
}
