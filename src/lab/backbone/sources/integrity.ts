/** Checksums as npm and browsers write them (Subresource Integrity): `"sha512-<base64>"`; with `md5` too, where a publisher has no other. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

export async function integrityOf(path: string, algorithm = "sha256"): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path), hash);
  return `${algorithm}-${hash.digest("base64")}`;
}

/** From a checksum in hexadecimal digits, as publishers often print it. */
export function integrityFromHex(algorithm: "md5" | "sha256", hex: string): string {
  return `${algorithm}-${Buffer.from(hex, "hex").toString("base64")}`;
}

export function algorithmOf(integrity: string): string {
  return integrity.slice(0, integrity.indexOf("-"));
}
