import { GraftError } from "../../shared/graftError";
import type { Dataset } from "../data/dataset";

/** Texts by themselves, or those of a dataset, whose labels are not looked at. */
export type Texts = readonly string[] | Dataset;

/** @throws GraftError `text/none` where there is not one with a letter in it, `data/not-text` for a dataset of images. */
export function textsOf(texts: Texts): readonly string[] {
  const all = "size" in texts ? Array.from({ length: texts.size }, (_, index) => texts.text(index)) : texts;
  if (all.some((text) => text.trim() !== "")) return all;
  throw new GraftError({
    code: "text/none",
    expected: "texts, at least one with something in it",
    found: all.length === 0 ? "none" : `${all.length} empty ones`,
    remedy: "Look at how they were read: does the column that you named hold the texts?",
  });
}
