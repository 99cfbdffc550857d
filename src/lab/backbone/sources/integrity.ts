/** Checksums as npm and browsers write them (Subresource Integrity): `"sha512-<base64>"`. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

export async function integrityOf(path: string, algorithm = "sha256"): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path), hash);
  return `${algorithm}-${hash.digest("base64")}`;
}

export function algorithmOf(integrity: string): string {
  return integrity.slice(0, integrity.indexOf("-"));
}
