/**
 * What `show.embedding` needs of a model and of a dataset, and nothing more: the model's and the dataset's own classes fit
 * this by their shape.
 */
import type { Tensor } from "../backbone/layerGraph";

export interface FeatureSource<Data> {
  /**
   * What `layer` puts out for each example, `[n, …]`; by default the last layer before the head. Unknown names are a
   * `GraftError`.
   */
  features(data: Data, options?: { readonly layer?: string }): Promise<LayerFeatures>;
}

interface LayerFeatures {
  readonly layer: string;
  readonly features: Tensor;
}

export interface LabelledExamples<Data> {
  readonly size: number;
  readonly classes: readonly string[];
  /** `[size]`, class indices. */
  readonly labels: ArrayLike<number>;
  /** The examples at `indices`, in that order. */
  select(indices: ArrayLike<number>): Data;
}
