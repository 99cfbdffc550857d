import { basename, extname, resolve } from "node:path";
import { GraftError } from "../../../shared/graftError";
import { notebookPath } from "../locations";
import { type FoundFile, imageFiles } from "./imageFiles";
import { classesOf, type ListedImage, type ListedImages } from "./listedImages";
import { someOf } from "./someOf";
import { tableRows } from "./tableRows";

/** Where the labels of images are: in a table, as HAM10000 and ISIC have it. */
export interface ImageTable {
  /** A CSV file with a header, relative to the notebook. */
  readonly csv: string;
  /** Its column with the image: path below the folder, name of the file, or that without its ending. HAM10000: `"image_id"`. */
  readonly file: string;
  /** Its column with the class. HAM10000: `"dx"`. */
  readonly label: string;
  /** Its column with what belongs together, which `split` does not divide: the lesion, the patient. HAM10000: `"lesion_id"`. */
  readonly group?: string;
  /** What to do with images that no row names. Default `"error"`. */
  readonly unlisted?: "error" | "skip";
}

/**
 * The images that a table names, in its order.
 *
 * @throws GraftError `data/folder-not-found`, `data/missing-label`, `data/missing-images`, `data/ambiguous-image`, `data/duplicate-image`,
 * `data/unlisted-images`, `data/unknown-class`, and what reading the table throws.
 */
export async function imagesInTable(
  root: string,
  table: ImageTable,
  wanted: readonly string[] | undefined,
): Promise<ListedImages> {
  const csv = notebookPath(table.csv);
  const rows = await tableRows(csv, table);
  const files = (await imageFiles(root)).files.filter(({ path }) => resolve(root, path) !== csv);
  const filesNamed = finder(files);
  const classes = classesOf(
    rows.map(({ label }) => label),
    wanted,
  );
  const missing = rows.filter(({ file }) => filesNamed(file).length === 0);
  if (missing.length > 0) {
    throw new GraftError({
      code: "data/missing-images",
      expected: `a file in ${root} for each of the ${rows.length} rows of ${csv}`,
      found: `none for ${someOf(missing.map(({ file }) => file))}`,
      remedy: "Get the files that are missing, or remove their rows",
    });
  }
  const taken = new Set<FoundFile>();
  const images = rows.map(({ file, label, group }): ListedImage => {
    const [image, other] = filesNamed(file);
    if (other !== undefined) throw ambiguous(file, csv, [image!, other]);
    if (taken.has(image!)) throw duplicate(image!, csv);
    taken.add(image!);
    return { ...image!, label: classes.indexOf(label), ...(group === undefined ? {} : { group }) };
  });
  const unlisted = files.filter((file) => !taken.has(file));
  if (unlisted.length > 0 && table.unlisted !== "skip") {
    throw new GraftError({
      code: "data/unlisted-images",
      expected: `a row of ${csv} for each image in ${root}`,
      found: `none for ${someOf(unlisted.map(({ path }) => path))}`,
      remedy: 'Add rows for them, or leave such images out with unlisted: "skip" in labels',
    });
  }
  return { classes, images };
}

/** By path, else by the name of the file, else by that without its ending. */
function finder(files: readonly FoundFile[]): (name: string) => readonly FoundFile[] {
  const ways = [
    (path: string) => path,
    (path: string) => basename(path),
    (path: string) => basename(path, extname(path)),
  ];
  const maps = ways.map((nameOf) => {
    const byName = new Map<string, FoundFile[]>();
    for (const file of files) {
      const name = nameOf(file.path);
      byName.set(name, [...(byName.get(name) ?? []), file]);
    }
    return byName;
  });
  return (name) => {
    const path = name.replaceAll("\\", "/").replace(/^\.\//, "");
    return maps.map((byName) => byName.get(path)).find((found) => found !== undefined) ?? [];
  };
}

function ambiguous(name: string, csv: string, found: readonly FoundFile[]): GraftError {
  return new GraftError({
    code: "data/ambiguous-image",
    expected: `one file that is meant by "${name}" in ${csv}`,
    found: found.map(({ path }) => path).join(" and "),
    remedy: "Write the path below the folder into the table, or remove one of the files",
  });
}

function duplicate({ path }: FoundFile, csv: string): GraftError {
  return new GraftError({
    code: "data/duplicate-image",
    expected: `one row for each image in ${csv}`,
    found: `a second one for ${path}`,
    remedy: "Remove one of the rows: an image has one label",
  });
}
