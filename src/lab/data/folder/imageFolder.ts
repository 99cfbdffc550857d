import { GraftError } from "../../../shared/graftError";
import { Dataset } from "../dataset";
import type { ImageFit } from "../imageFit";
import { notebookPath } from "../locations";
import { imagesInClassFolders } from "./classFolders";
import { type ImageForm, requireForm } from "./decodeImage";
import { type ImageTable, imagesInTable } from "./imageTable";
import type { ListedImage } from "./listedImages";
import { PackedImages } from "./packedImages";
import type { Pack } from "./packFile";
import { packImages } from "./packImages";
import { someOf } from "./someOf";

/** What becomes of the images of a folder, and where their labels are. */
export interface ImageFolderOptions {
  /** In pixels: of both sides, or of each. What the backbone takes stands in `backbone.inputShape`. */
  readonly size: number | { readonly height: number; readonly width: number };
  /** 3 (default): red, green, blue. 1: gray. */
  readonly channels?: 1 | 3;
  /** How images of other proportions come to the size, as of `Dataset.resize`. Default: squashed, bilinear. */
  readonly fit?: ImageFit;
  /** Default: the name of the folder that an image lies in is its class. */
  readonly labels?: ImageTable;
  /** In the order of their labels; a class without images is allowed. Default: those that are there, in alphabetical order. */
  readonly classes?: readonly string[];
  /** What to do with files that are no images or damaged ones. `"skip"` leaves them out and prints which. Default `"error"`. */
  readonly onBroken?: "error" | "skip";
}

/** See `datasets.imageFolder`. */
export async function imageFolder(
  folder: string,
  options: ImageFolderOptions,
  say: (sentence: string) => void = (sentence) => console.warn(sentence),
): Promise<Dataset> {
  const { size, channels = 3, fit = {}, labels, onBroken = "error" } = options;
  const form: ImageForm = { ...(typeof size === "number" ? { height: size, width: size } : size), channels, fit };
  requireForm(form);
  const root = notebookPath(folder);
  const { classes, images } =
    labels === undefined
      ? await imagesInClassFolders(root, options.classes)
      : await imagesInTable(root, labels, options.classes);

  const packs: Pack[] = [];
  const kept: ListedImage[] = [];
  const broken: string[] = [];
  for await (const part of packImages(root, images, form)) {
    packs.push(part.pack);
    part.images.forEach((image, i) => {
      const entry = part.pack.entries[i]!;
      if ("hash" in entry) kept.push(image);
      else broken.push(`${image.path} (${entry.broken})`);
    });
    if (broken.length > 0 && onBroken !== "skip") throw brokenImages(root, broken);
  }
  if (kept.length === 0) throw noImages(root, broken);
  if (broken.length > 0) {
    const left = `${broken.length} of ${images.length} files in ${root} could not be decoded and were left out`;
    say(`${left}: ${someOf(broken, 100)}.`);
  }
  const source = new PackedImages([form.height, form.width, form.channels], packs);
  return Dataset.fromSource(source, kept.length, {
    labels: kept.map(({ label }) => label),
    classes,
    ...(labels?.group === undefined ? {} : { groups: kept.map(({ group }) => group!) }),
  });
}

function brokenImages(root: string, broken: readonly string[]): GraftError {
  return new GraftError({
    code: "data/broken-image",
    expected: `images that can be decoded in ${root}`,
    found: someOf(broken),
    remedy: 'Replace or remove them, or leave such files out with onBroken: "skip"',
  });
}

function noImages(root: string, broken: readonly string[]): GraftError {
  return new GraftError({
    code: "data/no-images",
    expected: `at least one image that can be decoded in ${root}`,
    found: broken.length === 0 ? "none" : someOf(broken),
    remedy: "Check where they were to come from",
  });
}
