/** numpy's `.npz`: a zip of `.npy` arrays, as MedMNIST publishes its images. */
import { readFile, stat } from "node:fs/promises";
import { unzipSync } from "fflate";
import { parse } from "npyjs";
import { GraftError } from "../../shared/graftError";
import { Dataset } from "./dataset";
import { notebookPath } from "./locations";

/** Which arrays of the file are images and labels. */
export interface NpzOptions {
  /** In the order of the labels: label 0 is the first. */
  readonly classes: readonly string[];
  /** The arrays' names begin with it: `train_images`, `train_labels`. Default: they do not. */
  readonly split?: "train" | "val" | "test";
  /** The array of the images: bytes, `[n, height, width]` or `[n, height, width, channels]`. Default `"images"`. */
  readonly images?: string;
  /** The array of the labels: whole numbers, `[n]` or `[n, 1]`. Default `"labels"`. */
  readonly labels?: string;
}

interface NpyArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: ArrayLike<unknown>;
}

/** What Node reads in one piece. */
const largestFile = 2 ** 31 - 1;

/** See `datasets.npz`. */
export async function npz(file: string, options: NpzOptions): Promise<Dataset> {
  const path = notebookPath(file);
  const { split, images = "images", labels = "labels", classes } = options;
  const prefix = split === undefined ? "" : `${split}_`;
  const arrays = arraysOf(path, await bytesOf(path), [prefix + images, prefix + labels]);
  const [pixels, truth] = [bytesIn(arrays[0]!), labelsIn(arrays[1]!)];
  const [, height, width, channels = 1, ...more] = arrays[0]!.shape;
  if (height === undefined || width === undefined || more.length > 0) {
    throw shapeError(
      arrays[0]!,
      "images of three or four dimensions, [n, height, width] or [n, height, width, channels]",
    );
  }
  return Dataset.from({ images: pixels, imageShape: [height, width, channels], labels: truth, classes });
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > largestFile) throw tooLarge(path, size);
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof GraftError) throw cause;
    throw new GraftError({
      code: "data/file-not-found",
      expected: `an npz file at ${path}`,
      found: (cause as NodeJS.ErrnoException).code === "ENOENT" ? "no such file" : (cause as Error).message,
      remedy: "Check the path; relative paths start at the notebook's folder",
      cause,
    });
  }
}

/** Only those that are asked for are unpacked. */
function arraysOf(path: string, bytes: Uint8Array, wanted: readonly string[]): NpyArray[] {
  const present: string[] = [];
  let unpacked: Record<string, Uint8Array>;
  try {
    unpacked = unzipSync(bytes, {
      filter: ({ name }) => {
        present.push(name.replace(/\.npy$/, ""));
        return wanted.includes(present.at(-1)!);
      },
    });
  } catch (cause) {
    throw damaged(path, cause);
  }
  return wanted.map((name) => {
    const content = unpacked[`${name}.npy`];
    if (content === undefined) throw missing(path, name, present);
    return parsed(path, name, content);
  });
}

function parsed(path: string, name: string, content: Uint8Array): NpyArray {
  let array: ReturnType<typeof parse>;
  try {
    // The numbers have to begin where their type may begin, so they get a buffer of their own.
    array = parse(content.slice().buffer);
  } catch (cause) {
    throw damaged(`${name} of ${path}`, cause);
  }
  const { shape, fortranOrder } = array;
  const data = array.data as unknown as ArrayLike<unknown>;
  const size = shape.reduce((product, side) => product * side, 1);
  if (data.length !== size) throw damaged(`${name} of ${path}`, new Error(`${data.length} of ${size} numbers`));
  if (fortranOrder) {
    throw new GraftError({
      code: "data/npz-order",
      expected: `${name} of ${path} with the last dimension running fastest (C order)`,
      found: "Fortran's order",
      remedy: "Save it again as numpy.ascontiguousarray(array)",
    });
  }
  return { name, shape, data };
}

function bytesIn({ name, data }: NpyArray): Uint8Array {
  if (data instanceof Uint8Array) return data;
  throw new GraftError({
    code: "data/npz-type",
    expected: `bytes from 0 to 255 (uint8) in ${name}`,
    found: typeName(data),
    remedy: "Save the images as array.astype(numpy.uint8), with values from 0 to 255",
  });
}

function labelsIn(array: NpyArray): readonly number[] {
  const { name, shape, data } = array;
  const [n = 0, ...more] = shape;
  if (shape.length === 0 || more.some((side) => side !== 1)) {
    throw shapeError(array, "one label for each image, [n] or [n, 1]; several for one image are not supported");
  }
  const labels = Array.from({ length: n }, (_, i) => Number(data[i]));
  const stray = labels.findIndex((label) => !Number.isInteger(label));
  if (stray < 0) return labels;
  throw new GraftError({
    code: "data/npz-type",
    expected: `whole numbers in ${name}`,
    found: `${String(data[stray])} at example ${stray}`,
    remedy: "Save class indices, the first class being 0",
  });
}

function typeName(data: ArrayLike<unknown>): string {
  const name = Array.isArray(data) ? typeof data[0] : data.constructor.name.replace("Array", "").toLowerCase();
  return `values of type ${name}`;
}

function shapeError({ name, shape }: NpyArray, expected: string): GraftError {
  return new GraftError({
    code: "data/npz-shape",
    expected,
    found: `[${shape.join(", ")}] in ${name}`,
    remedy: "Name the array of images in images and that of labels in labels",
  });
}

function missing(path: string, name: string, present: readonly string[]): GraftError {
  return new GraftError({
    code: "data/npz-array",
    expected: `an array ${name} in ${path}`,
    found: present.join(", ") || "none",
    remedy:
      'Name two of them: split "train" stands for train_images and train_labels, images and labels for other names',
  });
}

function damaged(what: string, cause: unknown): GraftError {
  return new GraftError({
    code: "data/bad-npz",
    expected: `a whole npz file of numbers: ${what}`,
    found: (cause as Error).message,
    remedy: "Get or save the file again: numpy.savez_compressed(file, images=…, labels=…)",
    cause,
  });
}

function tooLarge(path: string, size: number): GraftError {
  return new GraftError({
    code: "data/npz-too-large",
    expected: `an npz file of at most 2 GiB at ${path}`,
    found: `${(size / 2 ** 30).toFixed(1)} GiB`,
    remedy: "Take smaller images, or save them as files and use datasets.imageFolder, which keeps them on the disk",
  });
}
