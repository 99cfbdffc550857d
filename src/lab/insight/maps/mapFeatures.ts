import { GraftError } from "../../../shared/graftError";
import { checkMapRequest } from "./checkMapRequest";
import type { MapJob, Reference } from "./mapMessages";
import type { MapQuality } from "./mapQuality";
import { runInTeam } from "./mapTeam";

export type MapMethod = "tsne" | "umap" | "pca";
export type MapParameters = Readonly<Record<string, string | number>>;

/** What is mapped, and how. `features` is `[rows, columns]`, row-major. */
export interface MapRequest {
  readonly rows: number;
  readonly columns: number;
  readonly features: Float32Array;
  readonly method: MapMethod;
  readonly dims: 2 | 3;
  /** t-SNE: effective number of neighbours, from 1 to a third of the rows. Default 30, less for fewer than 91 rows. */
  readonly perplexity?: number;
  /** UMAP: neighbours of each row, itself among them, from 2. Default 15, less for fewer than 16 rows. */
  readonly neighbours?: number;
  /** Default 1000 for t-SNE; for UMAP from 500 (up to 2,500 rows) to 200 (above 7,500). PCA has none. */
  readonly iterations?: number;
  readonly seed: number;
  /** Not 0: stop after the current iteration and keep the map. */
  readonly interruptFlag?: Int32Array<SharedArrayBuffer>;
}

/** Comes a few times a second. `map` is `[rows, dims]`; before the first iteration it is what the method starts from. */
export interface MapProgress {
  readonly iteration: number;
  readonly iterations: number;
  readonly map: Float32Array;
  /** Seconds until the map is there; absent until enough was measured. */
  readonly secondsLeft?: number;
}

/** A finished or interrupted map. */
export interface FeatureMap {
  /** `[rows, dims]` */
  readonly map: Float32Array;
  /** How many iterations ran. */
  readonly iteration: number;
  readonly interrupted: boolean;
  readonly quality: MapQuality;
  /** What was used, defaults included. `qualityExamples`: the quality is that of a seeded sample of so many rows among all. */
  readonly parameters: MapParameters;
  /**
   * Places new rows, `[rows, columns]` with the columns of the request, into this map; what is there stays where it is.
   *
   * @returns `[rows, dims]`
   * @throws GraftError `embedding/bad-shape`, `embedding/not-finite`, `embedding/worker-died`.
   */
  transform(features: Float32Array, rows: number): Promise<Float32Array>;
}

/**
 * Maps rows of features to points in the plane or in space, in worker threads. The same request gives the same bits, however many
 * threads there are.
 *
 * @throws GraftError `embedding/bad-method`, `embedding/bad-dims`, `embedding/bad-shape`, `embedding/too-few`,
 *   `embedding/bad-iterations`, `embedding/bad-seed`, `embedding/bad-perplexity`, `embedding/bad-neighbours`, `embedding/not-finite`,
 *   `embedding/worker-died`.
 */
export async function mapFeatures(
  request: MapRequest,
  onProgress: (progress: MapProgress) => void = () => undefined,
): Promise<FeatureMap> {
  const { perplexity, neighbours } = checkMapRequest(request);
  const { rows, columns, method, dims, iterations, seed } = request;
  const interruptFlag = request.interruptFlag ?? new Int32Array(new SharedArrayBuffer(4));
  let hasBegun = false;
  const job: MapJob = {
    kind: "map",
    rows,
    columns,
    features: shared(request.features),
    method,
    dims,
    perplexity,
    neighbours,
    ...(iterations === undefined ? {} : { iterations }),
    seed,
    interruptFlag,
  };
  const done = await runInTeam(job, {
    onProgress(progress) {
      hasBegun = true;
      onProgress(progress);
    },
    // Before its first iteration umap-js cannot be stopped from inside.
    isGivenUp: () => method === "umap" && !hasBegun && Atomics.load(interruptFlag, 0) !== 0,
  });
  if (done === undefined) {
    const start = await mapFeatures({ rows, columns, features: job.features, method: "pca", dims, seed });
    return { ...start, interrupted: true, parameters: { neighbours, seed } };
  }
  if (done.kind !== "done") throw new Error(`Expected a map, but found ${done.kind}.`);
  const { reference, iteration, interrupted, quality, parameters } = done;
  return {
    map: Float32Array.from(reference.map),
    iteration,
    interrupted,
    quality,
    parameters,
    transform: (features, added) => place(reference, features, added, columns),
  };
}

async function place(
  reference: Reference,
  features: Float32Array,
  rows: number,
  columns: number,
): Promise<Float32Array> {
  if (features.length !== rows * columns) {
    throw new GraftError({
      code: "embedding/bad-shape",
      expected: `${rows} rows of ${columns} features, as many as the map was made from`,
      found: `${features.length} numbers`,
      remedy: "Take the features from the same layer as those of the map",
    });
  }
  if (rows === 0) return new Float32Array(0);
  const done = await runInTeam({ kind: "place", reference, rows, columns, features: shared(features) });
  if (done?.kind !== "placed") throw new Error(`Expected points, but found ${done?.kind}.`);
  return done.points;
}

function shared(features: Float32Array): Float32Array<SharedArrayBuffer> {
  if (features.buffer instanceof SharedArrayBuffer) return features as Float32Array<SharedArrayBuffer>;
  const copy = new Float32Array(new SharedArrayBuffer(features.byteLength));
  copy.set(features);
  return copy;
}
