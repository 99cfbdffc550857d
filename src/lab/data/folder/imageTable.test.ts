import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { type ImageTable, imagesInTable } from "./imageTable";

const folders: string[] = [];
let folder: string;
let csv: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-table-"));
  folders.push(folder);
  csv = join(folder, "metadata");
  for (const path of ["part_1/ISIC_1.jpg", "part_1/ISIC_2.jpg", "part_2/ISIC_3.jpg"]) await put(path);
});
afterAll(() => Promise.all(folders.map((path) => rm(path, { recursive: true }))));

async function put(path: string): Promise<void> {
  await mkdir(join(folder, path, ".."), { recursive: true });
  await writeFile(join(folder, path), "");
}

async function listed(rows: readonly string[], options: Partial<ImageTable> = {}, classes?: readonly string[]) {
  await writeFile(csv, ["lesion_id,image_id,dx,age", ...rows].join("\r\n"));
  return imagesInTable(folder, { csv, file: "image_id", label: "dx", group: "lesion_id", ...options }, classes);
}

const three = ["L1,ISIC_2,nv,80", "L1,ISIC_1,nv,80", "L2,ISIC_3,mel,"];

test("HAM10000's layout: images in parts, names without their ending, lesions as groups, the table's order", async () => {
  const { classes, images } = await listed(three);
  expect(classes).toEqual(["mel", "nv"]);
  expect(images.map(({ path, label, group }) => [path, label, group])).toEqual([
    ["part_1/ISIC_2.jpg", 1, "L1"],
    ["part_1/ISIC_1.jpg", 1, "L1"],
    ["part_2/ISIC_3.jpg", 0, "L2"],
  ]);
});

test("images may be named by path, by file or without its ending", async () => {
  const { images } = await listed(["a,./part_1\\ISIC_2.jpg,x,", "b,ISIC_1.jpg,x,", "c,ISIC_3,x,"]);
  expect(images.map(({ path }) => path)).toEqual(["part_1/ISIC_2.jpg", "part_1/ISIC_1.jpg", "part_2/ISIC_3.jpg"]);
});

test("images that no row names are left out when that is asked for", async () => {
  const { images } = await listed(three.slice(1), { unlisted: "skip" });
  expect(images.map(({ path }) => path)).toEqual(["part_1/ISIC_1.jpg", "part_2/ISIC_3.jpg"]);
});

test.each<[string, readonly string[], Partial<ImageTable>, string]>([
  ["data/missing-images", [...three, "L4,ISIC_4,nv,", "L5,ISIC_5,nv,"], {}, "none for ISIC_4, ISIC_5"],
  ["data/missing-label", [...three.slice(1), "L1,ISIC_2, ,"], {}, "row 3"],
  ["data/missing-label", ["L1,,nv,", ...three.slice(1)], {}, "row 1"],
  ["data/duplicate-image", [...three, "L1,ISIC_1.jpg,mel,"], {}, "part_1/ISIC_1.jpg"],
  ["data/unlisted-images", three.slice(1), {}, "none for part_1/ISIC_2.jpg"],
  ["data/no-column", three, { label: "diagnosis" }, "lesion_id, image_id, dx, age"],
  ["data/no-rows", [], {}, "none"],
  ["data/bad-csv", [...three, "L4,ISIC_4"], {}, ""],
])("%s", async (code, rows, options, found) => {
  await expect(listed(rows, options)).rejects.toMatchObject({ code, found: expect.stringContaining(found) });
});

test("what a name could mean twice, and classes that are not among those given", async () => {
  await put("part_2/ISIC_1.jpg");
  await expect(listed(three, { unlisted: "skip" })).rejects.toMatchObject({
    code: "data/ambiguous-image",
    found: "part_1/ISIC_1.jpg and part_2/ISIC_1.jpg",
  });
  await expect(listed(three, { unlisted: "skip" }, ["nv"])).rejects.toMatchObject({ code: "data/unknown-class" });
  await expect(listed(three, { csv: join(folder, "none.csv") })).rejects.toMatchObject({ code: "data/file-not-found" });
});
