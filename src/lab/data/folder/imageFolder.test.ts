import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { installLabHost, labHost, type ProgressUpdate } from "../../../shared/labHost";
import { Rng } from "../../../shared/rng";
import { backbones } from "../../backbone/backbones";
import { graftOn } from "../../train/graft";
import { LabRuntime } from "../../train/labRuntime";
import { createOnnxruntimeEngine } from "../../engine/onnxruntimeEngine";
import { Dataset } from "../dataset";
import { datasets } from "../datasets";
import { imagesInClassFolders } from "./classFolders";
import { imageFolder } from "./imageFolder";
import { packFolder, packImages } from "./packImages";
import { sharpLibrary } from "./sharpLibrary";

const engine = createOnnxruntimeEngine();
const side = 8;
let base: string;
let folder: string;
let made = 0;
const cacheBefore = process.env.GRAFT_CACHE;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "graft-folder-"));
  process.env.GRAFT_CACHE = join(base, "cache");
});
beforeEach(() => {
  folder = join(base, `images-${++made}`);
});
afterAll(async () => {
  await engine.dispose();
  if (cacheBefore === undefined) delete process.env.GRAFT_CACHE;
  else process.env.GRAFT_CACHE = cacheBefore;
  await rm(base, { recursive: true });
});

/** Random pixels, `[side, side, 3]`. */
function pixelsOf(seed: number): Uint8Array {
  const rng = new Rng(seed);
  return Uint8Array.from({ length: side * side * 3 }, () => rng.below(256));
}

function png(pixels: Uint8Array): Promise<Buffer> {
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer();
}

async function put(path: string, content: Uint8Array | string): Promise<void> {
  const full = join(folder, path);
  await mkdir(join(full, ".."), { recursive: true });
  await writeFile(full, content);
}

/** `count` images of each class. */
async function classFolders(count: number, classes: readonly string[] = ["cat", "dog"]): Promise<void> {
  for (const [label, name] of classes.entries()) {
    for (let i = 0; i < count; i++) await put(`${name}/${i}.png`, await png(pixelsOf(100 * label + i)));
  }
}

const packs = async () => (await readdir(packFolder())).sort();

test("folders are classes in alphabetical order; images have the hash that arrays of the same pixels have", async () => {
  await classFolders(2, ["dog", "cat"]);
  await put("dog/deeper/3.PNG", await png(pixelsOf(7)));
  await put("cat/Thumbs.db", "x");
  await put(".DS_Store", "x");
  await put("notes.csv", "x");
  await put("__MACOSX/cat/._0.png", "x");
  const read = await datasets.imageFolder(folder, { size: side });
  expect([read.classes, [...read.labels], read.imageShape]).toEqual([
    ["cat", "dog"],
    [0, 0, 1, 1, 1],
    [side, side, 3],
  ]);
  const arrays = Dataset.from({
    images: Buffer.concat([100, 101, 0, 1, 7].map(pixelsOf)),
    imageShape: [side, side, 3],
    labels: [0, 0, 1, 1, 1],
    classes: ["cat", "dog"],
  });
  expect([...read.image(4)]).toEqual([...pixelsOf(7)]);
  expect(read.id).toBe(arrays.id);
});

test("the same images from files and from arrays get the same predictions", async () => {
  const backbone = await backbones.load("fashion-cnn");
  const { train } = await datasets.mnist();
  const digits = train.sample({ labels: 30, seed: 1 });
  const runtime = new LabRuntime(engine);
  const model = graftOn(runtime, backbone, { classes: digits.classes, checkpoints: false });
  await model.trainHead(digits, { plot: false });
  const some = digits.subset(0, 12);
  for (let i = 0; i < some.size; i++) {
    const image = sharp(some.image(i), { raw: { width: 28, height: 28, channels: 1 } }).toColourspace("b-w");
    await put(`${some.labels[i]}/${String(i).padStart(2, "0")}.png`, await image.png().toBuffer());
  }
  const files = await datasets.imageFolder(folder, { size: 28, channels: 1, classes: digits.classes });
  const order = Array.from({ length: some.size }, (_, i) => i).sort(
    (a, b) => some.labels[a]! - some.labels[b]! || a - b,
  );
  const arrays = some.select(order);
  const passes = runtime.trunkPasses;
  expect((await model.logits(files)).data).toEqual((await model.logits(arrays)).data);
  // Features are kept by the content of an image, wherever it came from.
  expect(runtime.trunkPasses).toBe(passes);
});

test("other sizes are made as Dataset.resize makes them", async () => {
  const wide = { width: 12, height: 5, channels: 3 } as const;
  const data = pixelsOf(1).subarray(0, 12 * 5 * 3);
  await put("a/wide.png", await sharp(data, { raw: wide }).png().toBuffer());
  const fit = { mode: "letterbox", fill: 9, interpolation: "bicubic" } as const;
  const read = await datasets.imageFolder(folder, { size: { height: 6, width: 10 }, channels: 1, fit });
  const array = Dataset.fromImages([{ ...wide, data }], { labels: [0], classes: ["a"] });
  expect([...read.image(0)]).toEqual([...array.resize({ height: 6, width: 10, channels: 1, ...fit }).image(0)]);
});

test("decoding many at once gives the same bytes as one after the other", async () => {
  await classFolders(12);
  await put("dog/x.png", "broken");
  const { images } = await imagesInClassFolders(folder, undefined);
  const form = { height: 5, width: 7, channels: 3, fit: {} } as const;
  const written: Buffer[][] = [];
  for (const atOnce of [1, 6]) {
    await rm(packFolder(), { recursive: true, force: true });
    for await (const part of packImages(folder, images, form, { atOnce, imagesAPack: 10 }))
      expect(part.images.length).toBeLessThanOrEqual(10);
    written.push(await Promise.all((await packs()).map((name) => readFile(join(packFolder(), name)))));
  }
  expect(written[0]!.length).toBe(3);
  expect(written[1]).toEqual(written[0]);
});

test("what is decoded is not decoded again, but for what has changed", async () => {
  await classFolders(3);
  const first = await datasets.imageFolder(folder, { size: side });
  const [name] = (await packs()).slice(-1);
  const before = await stat(join(packFolder(), name!));
  const again = await datasets.imageFolder(folder, { size: side });
  expect(again.id).toBe(first.id);
  const count = (await packs()).length;
  expect((await stat(join(packFolder(), name!))).ino).toBe(before.ino);
  await put("dog/0.png", await png(pixelsOf(55)));
  await utimes(join(folder, "dog/0.png"), 1, 1);
  const changed = await datasets.imageFolder(folder, { size: side });
  expect([...changed.image(3)]).toEqual([...pixelsOf(55)]);
  expect((await packs()).length).toBe(count + 1);
});

test("a pack that a full disk or a person has cut off is made again", async () => {
  await rm(packFolder(), { recursive: true, force: true });
  await classFolders(3);
  const first = await datasets.imageFolder(folder, { size: side });
  const path = join(packFolder(), (await packs())[0]!);
  for (const bytes of [0, 30, (await stat(path)).size - 1]) {
    await truncate(path, bytes);
    expect((await datasets.imageFolder(folder, { size: side })).id).toBe(first.id);
  }
  await rm(path);
  expect(() => first.image(0)).toThrow(expect.objectContaining({ code: "data/image-cache-gone" }));
});

test("packs that nobody has used for months go, and what a killed process left", async () => {
  await classFolders(1);
  await datasets.imageFolder(folder, { size: side });
  for (const [name, days] of [
    ["old.pack", 61],
    ["new.pack", 59],
    ["a.pack.1-1.tmp", 2],
  ] as const) {
    await writeFile(join(packFolder(), name), "x");
    await utimes(join(packFolder(), name), new Date(), new Date(Date.now() - days * 86_400_000));
  }
  await datasets.imageFolder(folder, { size: side });
  const names = await packs();
  expect([names.includes("old.pack"), names.includes("new.pack"), names.includes("a.pack.1-1.tmp")]).toEqual([
    false,
    true,
    false,
  ]);
});

test("broken images: named, or left out and named", async () => {
  await classFolders(2);
  const whole = await sharp(pixelsOf(3), { raw: { width: side, height: side, channels: 3 } })
    .jpeg()
    .toBuffer();
  await put("cat/cut.jpg", whole.subarray(0, whole.length - 30));
  await put("cat/empty.png", "");
  await put("dog/text.bin", "not an image");
  await expect(datasets.imageFolder(folder, { size: side })).rejects.toMatchObject({
    code: "data/broken-image",
    found: expect.stringMatching(
      /^cat\/cut\.jpg \(.+\), cat\/empty\.png \(an empty file\), dog\/text\.bin \(.*format.*\)$/,
    ),
  });
  const said: string[] = [];
  const rest = await imageFolder(folder, { size: side, onBroken: "skip" }, (sentence) => said.push(sentence));
  expect([rest.size, [...rest.labels]]).toEqual([4, [0, 0, 1, 1]]);
  expect([...rest.image(2)]).toEqual([...pixelsOf(100)]);
  expect(said).toEqual([expect.stringMatching(/^3 of 7 files in .* left out: cat\/cut\.jpg .*dog\/text\.bin/)]);
});

test("an interrupt keeps the packs that are whole, and the next time goes on behind them", async () => {
  await rm(packFolder(), { recursive: true, force: true });
  await classFolders(10);
  const { images } = await imagesInClassFolders(folder, undefined);
  const form = { height: side, width: side, channels: 3, fit: {} } as const;
  const updates: ProgressUpdate[] = [];
  const host = labHost();
  installLabHost({ ...host, progress: (update) => updates.push(update) });
  const decode = async (interruptAfter: number) => {
    let seen = 0;
    for await (const { pack } of packImages(folder, images, form, { imagesAPack: 6 })) {
      expect(pack.entries.length).toBeGreaterThan(0);
      if (++seen === interruptAfter) Atomics.store(host.interruptFlag, 0, 1);
    }
    return seen;
  };
  try {
    await expect(decode(2)).rejects.toThrow("12 of 20 images are decoded and kept");
    expect((await packs()).length).toBe(2);
    expect(updates.at(-1)).toMatchObject({ fraction: 1, detail: "interrupted" });
    Atomics.store(host.interruptFlag, 0, 0);
    updates.length = 0;
    expect(await decode(Infinity)).toBe(4);
    expect(updates[0]!.fraction).toBeGreaterThan(12 / 20);
    expect(updates.at(-1)).toMatchObject({ fraction: 1, detail: "done" });
  } finally {
    Atomics.store(host.interruptFlag, 0, 0);
    installLabHost(host);
  }
});

test.each([
  ["data/folder-not-found", () => undefined, "no such folder"],
  ["data/no-images", () => put(".DS_Store", "x"), "none"],
  ["data/loose-images", () => put("cat.png", "x"), "cat.png beside them"],
  ["data/empty-class", async () => (await classFolders(1), mkdir(join(folder, "bird"))), "none in bird"],
  ["data/broken-image", () => put("cat/a.heic", "x"), "cat/a.heic"],
])("%s", async (code, make, found) => {
  await make();
  await expect(datasets.imageFolder(folder, { size: side })).rejects.toMatchObject({
    code,
    found: expect.stringContaining(found),
  });
});

test.each([
  ["data/unknown-class", { size: side, classes: ["cat", "bird"] }, "dog"],
  ["data/image-size", { size: 0 }, "0 x 0"],
  ["data/channels", { size: side, channels: 4 as 3 }, "4 channels"],
  ["data/image-crop", { size: side, fit: { mode: "centerCrop", shorterSide: 4 } as const }, "4"],
])("%s", async (code, options, found) => {
  await classFolders(1);
  await expect(datasets.imageFolder(folder, options)).rejects.toMatchObject({
    code,
    found: expect.stringContaining(found),
  });
});

test("classes that are given decide the labels, also of those without images", async () => {
  await classFolders(1);
  const read = await datasets.imageFolder(folder, { size: side, classes: ["dog", "bird", "cat"] });
  expect([read.classes, [...read.labels]]).toEqual([
    ["dog", "bird", "cat"],
    [2, 0],
  ]);
});

test("links are followed, but not in circles", async () => {
  await classFolders(1);
  await symlink(folder, join(folder, "cat", "above"));
  await symlink(join(folder, "dog", "0.png"), join(folder, "cat", "linked.png"));
  expect([...(await datasets.imageFolder(folder, { size: side })).labels]).toEqual([0, 0, 1]);
});

test("without sharp's binaries the error says what to install", async () => {
  const load = () => Promise.reject(new Error('Could not load the "sharp" module\nPossible solutions:'));
  await expect(sharpLibrary(load)).rejects.toMatchObject({
    code: "data/no-sharp",
    found: 'Could not load the "sharp" module',
    remedy: expect.stringContaining("--include=optional"),
  });
});

test("a cache folder that cannot be written", async () => {
  await classFolders(1);
  process.env.GRAFT_CACHE = join(base, "a-file");
  await writeFile(process.env.GRAFT_CACHE, "x");
  try {
    await expect(datasets.imageFolder(folder, { size: side })).rejects.toMatchObject({ code: "data/image-cache" });
  } finally {
    process.env.GRAFT_CACHE = join(base, "cache");
  }
});
