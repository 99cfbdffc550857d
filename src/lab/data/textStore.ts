import { createHash } from "node:crypto";
import type { TextSource } from "./itemSource";

/** Texts as they came, shared by a dataset and everything that was sampled or split off from it. Never changed. */
export class TextStore implements TextSource {
  readonly kind = "text";
  readonly #texts: readonly string[];
  readonly #hashes: (string | undefined)[];

  constructor(texts: readonly string[]) {
    this.#texts = [...texts];
    this.#hashes = new Array<string | undefined>(texts.length);
  }

  text(index: number): string {
    return this.#texts[index]!;
  }

  /** SHA-256 of the UTF-8 text, so the same text has the same hash in every dataset. */
  hash(index: number): string {
    return (this.#hashes[index] ??= createHash("sha256")
      .update(`text ${this.text(index)}`)
      .digest("base64url"));
  }
}
