import { GraftError } from "../../../shared/graftError";
import type { FoundFile } from "./imageFiles";
import { someOf } from "./someOf";

/** An image file with what is known of it before it is decoded. */
export interface ListedImage extends FoundFile {
  /** Index into the classes. */
  readonly label: number;
  readonly group?: string;
}

export interface ListedImages {
  readonly classes: readonly string[];
  readonly images: readonly ListedImage[];
}

/** `wanted`, or the names that are there, in alphabetical order. @throws GraftError `data/unknown-class`. */
export function classesOf(found: Iterable<string>, wanted: readonly string[] | undefined): readonly string[] {
  const names = [...new Set(found)].sort();
  if (wanted === undefined) return names;
  const others = names.filter((name) => !wanted.includes(name));
  if (others.length === 0) return [...wanted];
  throw new GraftError({
    code: "data/unknown-class",
    expected: `images of the classes ${wanted.join(", ")} alone`,
    found: someOf(others),
    remedy: "Add them to classes, or leave classes out to take those that are there",
  });
}
