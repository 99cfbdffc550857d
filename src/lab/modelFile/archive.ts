/**
 * The zip of a `.graft` file. It is never unpacked to the disk. What is in it has to be what its manifest says, entry by entry: names,
 * sizes (looked at before anything is inflated) and SHA-256.
 */
import { createHash } from "node:crypto";
import { type UnzipFileInfo, unzipSync, type Zippable, zipSync } from "fflate";
import * as v from "valibot";
import { GraftError } from "../../shared/graftError";

/** Of the manifest and all that it describes. Readers refuse a higher one. */
export const MODEL_FILE_VERSION = 1;
export const MANIFEST = "manifest.json";
const format = "graft-model";
/** So that the same content is the same bytes; the earliest date that a zip can hold. */
const zipDate = new Date(1980, 0, 1);
const stored = 0;
/** Of an entry that is compressed: more is no history of a training. Weights are not compressed, so the file's own length bounds them. */
const largestInflated = 2 ** 28;

const manifestSchema = v.looseObject({
  format: v.literal(format),
  version: v.number(),
  /** Of Graft. */
  graft: v.string(),
  engine: v.string(),
  created: v.pipe(v.string(), v.isoTimestamp()),
  entries: v.record(
    v.string(),
    v.object({
      bytes: v.pipe(v.number(), v.integer(), v.minValue(0)),
      sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
    }),
  ),
});

type Manifest = v.InferOutput<typeof manifestSchema>;

/** Who wrote a file, and when. */
export type Written = Pick<Manifest, "graft" | "engine" | "created">;

export interface ArchiveEntry {
  readonly bytes: Uint8Array;
  readonly compress: boolean;
}

/** The same bytes for the same entries and the same `written`. */
export function writeArchive(entries: ReadonlyMap<string, ArchiveEntry>, written: Written): Uint8Array {
  const manifest: Manifest = {
    format,
    version: MODEL_FILE_VERSION,
    ...written,
    entries: Object.fromEntries(
      [...entries].map(([name, { bytes }]) => [name, { bytes: bytes.length, sha256: sha256(bytes) }]),
    ),
  };
  const text = new TextEncoder().encode(`${JSON.stringify(manifest, null, 1)}\n`);
  const zip: Zippable = { [MANIFEST]: [text, { level: stored }] };
  for (const [name, { bytes, compress }] of entries) zip[name] = [bytes, { level: compress ? 6 : stored }];
  return zipSync(zip, { mtime: zipDate });
}

/**
 * The entries by their names.
 *
 * @throws GraftError `model-file/not-a-zip`, `model-file/truncated`, `model-file/unsafe-path`, `model-file/duplicate-entry`,
 * `model-file/manifest`, `model-file/newer-version`, `model-file/entries`, `model-file/size`, `model-file/checksum`.
 */
export function readArchive(
  file: string,
  bytes: Uint8Array,
): { readonly manifest: Manifest; readonly entries: ReadonlyMap<string, Buffer> } {
  const listed = listedEntries(file, bytes);
  const manifest = readManifest(file, bytes, listed);
  const expected = Object.keys(manifest.entries).sort().join(", ");
  const found = [...listed.keys()].filter((name) => name !== MANIFEST);
  if (found.sort().join(", ") !== expected) {
    throw damaged(
      "model-file/entries",
      `${expected} in ${file}, as its manifest lists them`,
      found.join(", ") || "none",
    );
  }
  for (const [name, { bytes: size }] of Object.entries(manifest.entries)) {
    const { originalSize } = listed.get(name)!;
    if (originalSize !== size) {
      throw damaged("model-file/size", `${size} bytes for ${name} in ${file}, as its manifest says`, `${originalSize}`);
    }
  }
  const unzipped = inflate(file, bytes, (name) => name !== MANIFEST);
  for (const [name, { sha256: wanted }] of Object.entries(manifest.entries)) {
    const hash = sha256(unzipped.get(name)!);
    if (hash === wanted) continue;
    throw damaged(
      "model-file/checksum",
      `${name} in ${file} with the SHA-256 of its manifest, ${wanted.slice(0, 12)}…`,
      `${hash.slice(0, 12)}…`,
    );
  }
  return { manifest, entries: unzipped };
}

/** What the zip's directory lists. Nothing is inflated. */
function listedEntries(file: string, bytes: Uint8Array): ReadonlyMap<string, UnzipFileInfo> {
  if (!(bytes[0] === 0x50 && bytes[1] === 0x4b)) {
    throw new GraftError({
      code: "model-file/not-a-zip",
      expected: `a .graft file, which is a zip, in ${file}`,
      found: bytes.length === 0 ? "an empty file" : `${bytes.length} bytes that do not begin as one`,
      remedy: "Give a file that model.save() wrote; for other formats use backbones.load()",
    });
  }
  const listed = new Map<string, UnzipFileInfo>();
  unzip(file, bytes, (info) => {
    // Entries are never written to the disk; whoever made such a name meant somebody who does.
    if (/^[/\\]|^[a-z]:|\\|\0|(^|\/)\.{1,2}(\/|$)/i.test(info.name)) {
      throw damaged("model-file/unsafe-path", `names inside ${file} that stay in it`, JSON.stringify(info.name));
    }
    if (listed.has(info.name)) {
      throw damaged("model-file/duplicate-entry", `each entry of ${file} once`, `${info.name} twice`);
    }
    listed.set(info.name, info);
    return false;
  });
  requireBounded(file, bytes.length, listed.values());
  return listed;
}

/** Before anything is inflated. Entries that share bytes of the file, or grow without end, are a bomb. */
function requireBounded(file: string, fileBytes: number, listed: Iterable<UnzipFileInfo>): void {
  let inFile = 0;
  let inflated = 0;
  for (const { size, originalSize, compression } of listed) {
    inFile += size;
    if (compression !== stored) inflated += originalSize;
    else if (originalSize !== size) inflated = Infinity;
  }
  if (inFile <= fileBytes && inflated <= largestInflated) return;
  throw damaged(
    "model-file/size",
    `entries of ${file} of at most ${fileBytes} bytes, ${largestInflated} when inflated`,
    `${inFile} bytes, ${inflated} when inflated`,
  );
}

function readManifest(file: string, bytes: Uint8Array, listed: ReadonlyMap<string, UnzipFileInfo>): Manifest {
  const info = listed.get(MANIFEST);
  const value =
    info &&
    jsonOf(
      inflate(file, bytes, (name) => name === MANIFEST)
        .get(MANIFEST)!
        .toString("utf8"),
    );
  const version = (value as { readonly version?: unknown } | null | undefined)?.version;
  if (typeof version === "number" && version > MODEL_FILE_VERSION) {
    throw new GraftError({
      code: "model-file/newer-version",
      expected: `a .graft file of version ${MODEL_FILE_VERSION} or earlier in ${file}`,
      found: `version ${version}`,
      remedy: "Update Graft, or load it with the Graft that wrote it",
    });
  }
  const parsed = v.safeParse(manifestSchema, value);
  if (parsed.success) return parsed.output;
  const found =
    info === undefined
      ? "a zip without one"
      : `${parsed.issues[0].message} at ${v.getDotPath(parsed.issues[0]) ?? "its begin"}`;
  throw damaged("model-file/manifest", `a ${MANIFEST} of Graft in ${file}`, found);
}

function inflate(file: string, bytes: Uint8Array, wanted: (name: string) => boolean): Map<string, Buffer> {
  const entries = unzip(file, bytes, ({ name }) => wanted(name));
  return new Map(
    Object.entries(entries).map(([name, { buffer, byteOffset, byteLength }]) => [
      name,
      Buffer.from(buffer, byteOffset, byteLength),
    ]),
  );
}

function unzip(file: string, bytes: Uint8Array, filter: (info: UnzipFileInfo) => boolean): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes, { filter });
  } catch (cause) {
    if (cause instanceof GraftError) throw cause;
    throw new GraftError({
      code: "model-file/truncated",
      expected: `a whole zip in ${file}`,
      found: `${bytes.length} bytes that end too soon or are damaged (${(cause as Error).message})`,
      remedy: "Copy the file again, or save the model again",
      cause,
    });
  }
}

function damaged(code: string, expected: string, found: string): GraftError {
  const remedy = "Copy the file again, or save the model again; it was damaged or changed after Graft wrote it";
  return new GraftError({ code, expected, found, remedy });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Refused with all else that is no manifest.
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
