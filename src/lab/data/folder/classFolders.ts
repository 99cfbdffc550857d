import { GraftError } from "../../../shared/graftError";
import { imageFiles } from "./imageFiles";
import { classesOf, type ListedImages } from "./listedImages";
import { someOf } from "./someOf";

/**
 * Images in folders that are named by their class, at any depth below them.
 *
 * @throws GraftError `data/folder-not-found`, `data/no-images`, `data/loose-images`, `data/empty-class`, `data/unknown-class`.
 */
export async function imagesInClassFolders(root: string, wanted: readonly string[] | undefined): Promise<ListedImages> {
  const { files, folders } = await imageFiles(root);
  if (files.length === 0 && folders.length === 0) {
    throw new GraftError({
      code: "data/no-images",
      expected: `folders of images in ${root}, one for each class`,
      found: "none",
      remedy: "Put the images of each class into a folder with its name",
    });
  }
  const loose = files.filter(({ path }) => !path.includes("/"));
  if (loose.length > 0) {
    throw new GraftError({
      code: "data/loose-images",
      expected: `images in folders named by their class, inside ${root}`,
      found: `${someOf(loose.map(({ path }) => path))} beside them`,
      remedy:
        "Move each image into the folder of its class, or say where their labels are: labels: { csv, file, label }",
    });
  }
  const classOf = (path: string): string => path.slice(0, path.indexOf("/"));
  const filled = new Set(files.map(({ path }) => classOf(path)));
  const empty = folders.filter((name) => !filled.has(name));
  if (empty.length > 0) {
    throw new GraftError({
      code: "data/empty-class",
      expected: `at least one image in each folder of ${root}`,
      found: `none in ${someOf(empty)}`,
      remedy: "Remove the folder, or put the images of that class into it",
    });
  }
  const classes = classesOf(folders, wanted);
  return { classes, images: files.map((file) => ({ ...file, label: classes.indexOf(classOf(file.path)) })) };
}
