/** A map of features: one point an example. Numbers of points are packed (`packed.ts`): 100,000 points are about 1 MB. */
export interface EmbeddingFigure {
  readonly kind: "embedding";
  readonly title: string;
  /** Names this map to the kernel that drew it; what is selected in it is sent there under this name. */
  readonly plot: string;
  readonly method: "tsne" | "umap" | "pca";
  readonly dims: 2 | 3;
  readonly size: number;
  /** Whose output was mapped; absent when a person gave the features. */
  readonly layer?: string;
  /** What the method ran with, defaults included, under the names of the options. */
  readonly parameters: Readonly<Record<string, string | number>>;
  /** The map, and the same examples placed into it later; at least one. */
  readonly frames: readonly EmbeddingFrame[];
  readonly classes: readonly string[];
  /** Class of each point, packed as `Uint16Array`. */
  readonly labels: string;
  /** Place of each point's example in the dataset, packed as `Uint32Array`; absent: they are the dataset's own, in order. */
  readonly indices?: string;
  readonly splits?: EmbeddingSplits;
  readonly pictures?: EmbeddingPictures;
  /** The beginning of each point's text. */
  readonly texts?: readonly string[];
  readonly iteration: number;
  /** 0: the method has none. */
  readonly iterations: number;
  /** What else a reader has to know, as sentences: that it is a sample, that it was stopped early. */
  readonly notes: readonly string[];
  /** Measured on the first frame as it is when it ends; each in [0, 1], 1 is best. */
  readonly quality?: {
    readonly trustworthiness: number;
    readonly neighbourRecall: number;
    readonly neighbours: number;
  };
  readonly live: boolean;
}

export interface EmbeddingFrame {
  readonly name: string;
  /** `[size, dims]`, packed as `Int16Array`: a coordinate is `origin[d] + unit * value`. */
  readonly points: string;
  readonly origin: readonly number[];
  readonly unit: number;
  /** What the model said of each example at that time. */
  readonly predictions?: EmbeddingPredictions;
}

export interface EmbeddingPredictions {
  /** Packed as `Uint16Array`, into the figure's `classes`. */
  readonly classes: string;
  /** Probability of the predicted class, packed as `Uint8Array` in 255ths. */
  readonly confidence: string;
  /** Cross-entropy in nats, packed as `Uint16Array` in units of `lossUnit`. */
  readonly loss: string;
  readonly lossUnit: number;
}

export interface EmbeddingSplits {
  readonly names: readonly string[];
  /** Packed as `Uint8Array`, into `names`. */
  readonly of: string;
}

/** Small pictures of some of the examples in one image, `columns` in a row. */
export interface EmbeddingPictures {
  /** `data:image/png;base64,…`. */
  readonly image: string;
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  /** Which point each picture is of, packed as `Uint32Array`. */
  readonly points: string;
}
