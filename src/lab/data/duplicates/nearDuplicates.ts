/** Which examples of two datasets are nearly the same: what has leaked from one part of a split into another. */
import { GraftError, InterruptedError } from "../../../shared/graftError";
import { labHost } from "../../../shared/labHost";
import { ProgressReport } from "../../train/progressReport";
import type { Dataset } from "../dataset";
import { ImageSearch } from "./imageSearch";
import { ShingleSearch, shinglesOf } from "./shingles";

/** What counts as nearly the same. */
export interface NearDuplicateOptions {
  /** The least similarity, in (0, 1]. Default 0.985 for images, 0.5 for texts. */
  readonly threshold?: number;
}

/** Two examples that are nearly the same. */
export interface NearDuplicate {
  /** In the first dataset. */
  readonly a: number;
  /** In the second. */
  readonly b: number;
  /** In [0, 1]: of images their correlation, of texts what they have in common. */
  readonly similarity: number;
}

const thresholds = { image: 0.985, text: 0.5 } as const;

/** @throws GraftError `data/threshold`, `data/mixed-kinds`. InterruptedError after an interrupt. */
export function nearDuplicates(a: Dataset, b: Dataset, options: NearDuplicateOptions = {}): NearDuplicate[] {
  const { threshold = thresholds[a.kind] } = options;
  if (!(threshold > 0 && threshold <= 1)) {
    throw new GraftError({
      code: "data/threshold",
      expected: "a similarity above 0 and at most 1",
      found: String(threshold),
      remedy: "Leave threshold out, or give e.g. { threshold: 0.99 } for what differs in hardly anything",
    });
  }
  if (a.kind !== b.kind) {
    throw new GraftError({
      code: "data/mixed-kinds",
      expected: "two datasets of images, or two of texts",
      found: `${a.kind}s and ${b.kind}s`,
      remedy: "Compare what is of one kind",
    });
  }
  const progress = new ProgressReport("Near-duplicates");
  const pairs: NearDuplicate[] = [];
  try {
    const onRead = (done: number) => step(progress, (0.5 * done) / b.size, `${done} of ${b.size} examples read`);
    const find = (a.kind === "image" ? imageFinder : textFinder)(a, b, threshold, onRead);
    for (let index = 0; index < a.size; index++) {
      step(progress, 0.5 + (0.5 * index) / a.size, `${index} of ${a.size} examples compared`);
      const found = new Map<number, number>();
      find(index, (other, similarity) => {
        // A dataset with itself: each pair once.
        if (a !== b || other > index) found.set(other, Math.max(similarity, found.get(other) ?? 0));
      });
      for (const [other, similarity] of found) pairs.push({ a: index, b: other, similarity });
    }
  } finally {
    progress.end(`${pairs.length} pairs`);
  }
  return pairs.sort((one, two) => two.similarity - one.similarity || one.a - two.a || one.b - two.b);
}

type OnFound = (b: number, similarity: number) => void;
/** All that are similar to example `index` of the first dataset. */
type Finder = (index: number, onFound: OnFound) => void;
type OnRead = (done: number) => void;

function imageFinder(a: Dataset, b: Dataset, threshold: number, onRead: OnRead): Finder {
  const find = new ImageSearch(b, threshold, onRead).by(a.imageShape);
  return (index, onFound) => find(a.image(index), onFound);
}

function textFinder(a: Dataset, b: Dataset, threshold: number, onRead: OnRead): Finder {
  const sets = Array.from({ length: b.size }, (_, i) => {
    onRead(i);
    return shinglesOf(b.text(i));
  });
  const search = new ShingleSearch(sets, threshold);
  return (index, onFound) => search.find(shinglesOf(a.text(index)), onFound);
}

function step(progress: ProgressReport, fraction: number, detail: string): void {
  if (Atomics.load(labHost().interruptFlag, 0) !== 0) throw new InterruptedError();
  progress.update(fraction, detail);
}
