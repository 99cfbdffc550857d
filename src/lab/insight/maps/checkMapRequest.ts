import { GraftError } from "../../../shared/graftError";
import type { MapRequest } from "./mapFeatures";

const FEWEST_ROWS = 12;
const DEFAULT_PERPLEXITY = 30;
const DEFAULT_NEIGHBOURS = 15;
const MOST_ITERATIONS = 100_000;

/** Throws a `GraftError` for what cannot be mapped; answers with the perplexity and the neighbours to take. */
export function checkMapRequest(request: MapRequest): { readonly perplexity: number; readonly neighbours: number } {
  const { rows, columns, features, method, dims, iterations, seed } = request;
  if (!["tsne", "umap", "pca"].includes(method)) {
    fail(
      "bad-method",
      '"tsne", "umap" or "pca"',
      JSON.stringify(method),
      "Leave method out for t-SNE, or pass one of these",
    );
  }
  if (![2, 3].includes(dims))
    fail("bad-dims", "2 or 3 dimensions", String(dims), "Leave dims out for 2, or pass 2 or 3");
  if (!Number.isInteger(rows) || !(columns > 0) || features.length !== rows * columns) {
    fail(
      "bad-shape",
      `${rows} rows of ${columns} features`,
      `${features.length} numbers`,
      "Give features of shape [examples, features], a row for each example",
    );
  }
  if (rows < FEWEST_ROWS) {
    const remedy = "Give a larger dataset, for instance the test split";
    fail("too-few", `at least ${FEWEST_ROWS} examples to map`, String(rows), remedy);
  }
  if (iterations !== undefined && !isWithin(iterations, 1, MOST_ITERATIONS)) {
    const remedy = "Leave iterations out for the method's default";
    fail("bad-iterations", `a whole number of iterations from 1 to ${MOST_ITERATIONS}`, String(iterations), remedy);
  }
  if (!isWithin(seed, 0, 2 ** 32 - 1)) {
    fail("bad-seed", "a whole number from 0 to 4294967295 as seed", String(seed), "Leave seed out for 0");
  }
  return { perplexity: perplexityOf(request), neighbours: neighboursOf(request) };
}

function perplexityOf({ rows, perplexity }: MapRequest): number {
  const largest = Math.floor((rows - 1) / 3);
  if (perplexity === undefined) return Math.min(DEFAULT_PERPLEXITY, largest);
  if (perplexity >= 1 && perplexity <= largest) return perplexity;
  return fail(
    "bad-perplexity",
    `a perplexity from 1 to ${largest}, a third of the ${rows} examples`,
    String(perplexity),
    "Leave perplexity out for a fitting one, or pass a number in that range",
  );
}

function neighboursOf({ rows, neighbours }: MapRequest): number {
  const largest = rows - 1;
  if (neighbours === undefined) return Math.min(DEFAULT_NEIGHBOURS, largest);
  if (isWithin(neighbours, 2, largest)) return neighbours;
  return fail(
    "bad-neighbours",
    `a whole number of neighbours from 2 to ${largest}`,
    String(neighbours),
    "Leave neighbours out for a fitting number, or pass one in that range",
  );
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function fail(code: string, expected: string, found: string, remedy: string): never {
  throw new GraftError({ code: `embedding/${code}`, expected, found, remedy });
}
