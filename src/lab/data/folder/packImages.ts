/**
 * Decodes images into packs, some hundred images in each. A pack is named by what it is made from, so what is there already is not made again: not after
 * an interrupt, and not when images were added behind it.
 */
import { createHash } from "node:crypto";
import { readdir, readFile, rm, stat, utimes } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import type sharp from "sharp";
import { GraftError, InterruptedError } from "../../../shared/graftError";
import { labHost } from "../../../shared/labHost";
import { ProgressReport } from "../../train/progressReport";
import { contentHash } from "../imageStore";
import { cacheFolder } from "../locations";
import { decodeImage, type ImageForm, imageInForm } from "./decodeImage";
import type { ListedImage } from "./listedImages";
import { type Pack, PACK_VERSION, type PackEntry, readPack, writePack } from "./packFile";
import { sharpLibrary } from "./sharpLibrary";

export interface PackSettings {
  /** How many images are decoded at once. Changes no byte. */
  readonly atOnce: number;
  /** At most, in each pack. */
  readonly imagesAPack: number;
}

const packBytes = 32 << 20;
const dayMs = 86_400_000;
/** Packs that have not been used for so long go. */
const keptMs = 60 * dayMs;

/** Where packs are. */
export function packFolder(): string {
  return join(cacheFolder(), "image-folders");
}

/**
 * One pack after the other, each with the images that it is made from.
 *
 * @throws GraftError `data/no-sharp`, `data/unreadable-image`, `data/image-cache`. InterruptedError after an interrupt.
 */
export async function* packImages(
  root: string,
  images: readonly ListedImage[],
  form: ImageForm,
  settings: Partial<PackSettings> = {},
): AsyncGenerator<{ readonly pack: Pack; readonly images: readonly ListedImage[] }> {
  const imageBytes = form.height * form.width * form.channels;
  const { atOnce = Math.min(8, availableParallelism()) } = settings;
  const { imagesAPack = Math.max(1, Math.min(500, Math.floor(packBytes / imageBytes))) } = settings;
  let library: typeof sharp | undefined;
  let progress: ProgressReport | undefined;
  let outcome = "failed";
  let packed = 0;
  try {
    for (; packed < images.length; packed += imagesAPack) {
      const part = images.slice(packed, packed + imagesAPack);
      const path = join(packFolder(), `${packName(root, part, form)}.pack`);
      let pack = await readPack(path, part.length, imageBytes);
      if (pack === undefined) {
        library ??= await sharpLibrary();
        progress ??= new ProgressReport(`Decoding ${basename(root)}`, packed / images.length);
        let decoded = packed;
        const { entries, pixels } = await decodePart(library, root, part, form, atOnce, () => {
          if (Atomics.load(labHost().interruptFlag, 0) !== 0) throw interrupted(packed, images.length);
          progress!.update(++decoded / images.length, `${decoded} of ${images.length} images`);
        });
        await writePack(path, entries, pixels);
        pack = { path, entries };
      } else await utimes(path, new Date(), new Date());
      yield { pack, images: part };
    }
    outcome = "done";
  } catch (error) {
    if (error instanceof InterruptedError) outcome = "interrupted";
    throw error;
  } finally {
    progress?.end(outcome);
  }
  await removeUnused();
}

/** Pixels of those that could be decoded, without gaps. `onImage` is called after each image; what it throws ends the work. */
async function decodePart(
  library: typeof sharp,
  root: string,
  part: readonly ListedImage[],
  form: ImageForm,
  atOnce: number,
  onImage: () => void,
): Promise<{ readonly entries: readonly PackEntry[]; readonly pixels: Uint8Array }> {
  const shape = [form.height, form.width, form.channels];
  const imageBytes = form.height * form.width * form.channels;
  const pixels = new Uint8Array(part.length * imageBytes);
  const broken = new Map<number, string>();
  let next = 0;
  const decodeOn = async (): Promise<void> => {
    for (let i = next++; i < part.length; i = next++) {
      const bytes = await bytesOf(join(root, part[i]!.path));
      const image = await decodeImage(library, bytes).catch((error: unknown) => reasonOf(bytes, error as Error));
      if (typeof image === "string") broken.set(i, image);
      else pixels.set(imageInForm(image, form), i * imageBytes);
      onImage();
    }
  };
  const workers = Array.from({ length: atOnce }, async () => {
    try {
      await decodeOn();
    } catch (error) {
      next = part.length;
      throw error;
    }
  });
  await Promise.all(workers);
  let rows = 0;
  const entries = part.map((_, i): PackEntry => {
    const reason = broken.get(i);
    if (reason !== undefined) return { broken: reason };
    pixels.copyWithin(rows * imageBytes, i * imageBytes, (i + 1) * imageBytes);
    return { hash: contentHash(shape, pixels.subarray(rows * imageBytes, ++rows * imageBytes)) };
  });
  return { entries, pixels: pixels.subarray(0, rows * imageBytes) };
}

/** By all that decides what is in it. */
function packName(root: string, part: readonly ListedImage[], form: ImageForm): string {
  const files = part.map(({ path, bytes, modifiedMs }) => [path, bytes, modifiedMs]);
  const { height, width, channels, fit } = form;
  const { mode = "squash", interpolation = "bilinear", shorterSide, fill = 0 } = fit;
  const size = [height, width, channels, mode, interpolation, shorterSide ?? 0, fill];
  return createHash("sha256")
    .update(JSON.stringify([PACK_VERSION, root, size, files]))
    .digest("hex")
    .slice(0, 32);
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new GraftError({
      code: "data/unreadable-image",
      expected: `a file that can be read at ${path}`,
      found: (cause as Error).message,
      remedy: "Check its permissions, then load the folder again",
      cause,
    });
  }
}

/** Of sharp's error, in one line. */
function reasonOf(bytes: Uint8Array, { message }: Error): string {
  return bytes.length === 0 ? "an empty file" : message.split("\n")[0]!.trim();
}

function interrupted(packed: number, images: number): InterruptedError {
  return new InterruptedError(
    `Interrupted. ${packed} of ${images} images are decoded and kept; loading the folder again goes on from there.`,
  );
}

/** Also what a process that was killed left half written. */
async function removeUnused(): Promise<void> {
  const now = Date.now();
  for (const name of await readdir(packFolder())) {
    const path = join(packFolder(), name);
    const about = await stat(path).catch(() => undefined);
    const limit = name.endsWith(".pack") ? keptMs : dayMs;
    if (about !== undefined && now - about.mtimeMs > limit) await rm(path, { force: true });
  }
}
