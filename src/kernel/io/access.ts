/**
 * Who may talk to the gateway: whoever knows the token, asks for this very host, and is not a web page of somebody else.
 * The host check stops DNS rebinding; the origin check stops pages in a browser on the same machine.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

export interface Refusal {
  readonly status: 403;
  readonly message: string;
}

export class Access {
  readonly #tokenDigest: Buffer;
  readonly #port: () => number;

  constructor(token: string, port: () => number) {
    this.#tokenDigest = digest(token);
    this.#port = port;
  }

  /** Undefined when the request may pass. */
  refusal(request: IncomingMessage, url: URL): Refusal | undefined {
    const names = ["127.0.0.1", "localhost"].map((name) => `${name}:${this.#port()}`);
    if (!names.includes(request.headers.host ?? "")) {
      return { status: 403, message: `Expected the host ${names.join(" or ")}.` };
    }
    const { origin } = request.headers;
    if (origin !== undefined && !names.some((name) => origin === `http://${name}`)) {
      return {
        status: 403,
        message: "Expected a request from this server's own pages, but it came from another origin.",
      };
    }
    if (!timingSafeEqual(digest(tokenOf(request, url)), this.#tokenDigest)) {
      return { status: 403, message: "Expected the kernel's token, as 'Authorization: token …' or '?token=…'." };
    }
    return undefined;
  }
}

/** Digests have one length, so comparing them takes the same time for every token. */
function digest(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

function tokenOf(request: IncomingMessage, url: URL): string {
  const header = /^(?:token|Bearer)\s+(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  return header ?? url.searchParams.get("token") ?? "";
}
