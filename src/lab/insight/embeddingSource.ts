/**
 * What `show.embedding` needs of a model and of a dataset, and nothing more: the model's and the dataset's own classes fit
 * this by their shape.
 */
import { GraftError } from "../../shared/graftError";
import type { Tensor } from "../backbone/layerGraph";
import type { PicturedExamples } from "./pictureOf";

/** Of a model that a map follows while it trains. */
export const watchEpochs = Symbol("watchEpochs");

export interface FeatureSource<Data> {
  /**
   * What `layer` puts out for each example, `[n, …]`; by default the last layer before the head. Unknown names are a
   * `GraftError`.
   */
  features(data: Data, options?: { readonly layer?: string }): Promise<LayerFeatures>;
  /** `[n, classes]`; absent: the map cannot be coloured by what the model says. */
  logits?(data: Data): Promise<Tensor>;
  /**
   * From now on calls `draw` with the model as it is after each epoch of a training, one call at a time, and instead of whom it called before. A
   * training ends when the last call has. Absent: the model does not train.
   */
  [watchEpochs]?(draw: (model: FeatureSource<Data>, name: string) => Promise<void>): void;
}

interface LayerFeatures {
  readonly layer: string;
  readonly features: Tensor;
}

export interface LabelledExamples<Data> extends PicturedExamples {
  readonly classes: readonly string[];
  /** `[size]`, class indices. */
  readonly labels: ArrayLike<number>;
  /** The examples at `indices`, in that order. */
  select(indices: ArrayLike<number>): Data;
}

/** Features that a person has made, one row an example: a tensor of this library or of TensorFlow.js `[n, …]`, or an array of rows. */
export type GivenFeatures =
  Tensor | { readonly shape: readonly number[]; data(): Promise<ArrayLike<number>> } | readonly ArrayLike<number>[];

/** The rows of some of a dataset's examples. */
export interface FeatureRows {
  readonly columns: number;
  readonly data: Float32Array;
}

export function isSource<Data>(from: FeatureSource<Data> | GivenFeatures): from is FeatureSource<Data> {
  return "features" in from && typeof from.features === "function";
}

export function noModel(): GraftError {
  return new GraftError({
    code: "embedding/no-model",
    expected: "a map of a model's features",
    found: "a map of features that were given",
    remedy: "Give show.embedding the model instead of its features",
  });
}

/** Those of the given features that belong to the examples at `indices` of a dataset of `size`. Throws `embedding/rows`. */
export async function givenRows(given: GivenFeatures, size: number, indices: Uint32Array): Promise<FeatureRows> {
  const { rows, columns, at } = await wholeOf(given);
  if (rows !== size) {
    throw new GraftError({
      code: "embedding/rows",
      expected: `a row of features for each of the ${size} examples`,
      found: `${rows} rows`,
      remedy: "Give the features of exactly these examples, in their order",
    });
  }
  const data = new Float32Array(indices.length * columns);
  indices.forEach((index, row) => data.set(at(index), row * columns));
  return { columns, data };
}

async function wholeOf(given: GivenFeatures) {
  if (!("shape" in given)) {
    const columns = given[0]?.length ?? 0;
    const uneven = given.find(({ length }) => length !== columns);
    if (uneven !== undefined) {
      throw new GraftError({
        code: "embedding/uneven-rows",
        expected: `rows of ${columns} features, as many as the first one has`,
        found: `a row of ${uneven.length}`,
        remedy: "Give every example the same features",
      });
    }
    return { rows: given.length, columns, at: (index: number) => given[index]! };
  }
  const data = isTensor(given) ? given.data : await given.data();
  const rows = given.shape[0] ?? 0;
  const columns = rows === 0 ? 0 : data.length / rows;
  const values = Float32Array.from(data);
  return { rows, columns, at: (index: number) => values.subarray(index * columns, (index + 1) * columns) };
}

function isTensor(given: Exclude<GivenFeatures, readonly unknown[]>): given is Tensor {
  return typeof given.data !== "function";
}
