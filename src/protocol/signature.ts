/** Signatures of messages on ZeroMQ: HMAC-SHA256 over header, parent header, metadata and content, as lower-case hex. */
import { createHmac, timingSafeEqual } from "node:crypto";

const digestBytes = 32;

export class MessageSigner {
  readonly #key: string;

  /** `key`: the shared secret of the connection file; not empty. */
  constructor(key: string) {
    this.#key = key;
  }

  sign(parts: readonly (string | Uint8Array)[]): string {
    return this.#digest(parts).toString("hex");
  }

  /** Takes the same time for every signature of the right length. */
  accepts(parts: readonly (string | Uint8Array)[], signature: string): boolean {
    const claimed = Buffer.from(signature, "hex");
    return claimed.length === digestBytes && timingSafeEqual(claimed, this.#digest(parts));
  }

  #digest(parts: readonly (string | Uint8Array)[]): Buffer {
    const hmac = createHmac("sha256", this.#key);
    for (const part of parts) {
      hmac.update(part);
    }
    return hmac.digest();
  }
}
