/** The layers of a model from its input to its head, and which of them train: a freeze map. */
export interface LayersFigure {
  readonly kind: "layers";
  readonly title: string;
  readonly backbone: string;
  /** `[height, width, channels]` or what else a single example is. */
  readonly input: readonly number[];
  readonly layers: readonly LayerRow[];
  readonly live: false;
}

export interface LayerRow {
  readonly name: string;
  /** The Keras class name: `Conv2D`, `Dense`. */
  readonly type: string;
  /** What it puts out for one example. */
  readonly shape: readonly number[];
  readonly parameters: number;
  /** Absent for layers without weights. */
  readonly state?: "frozen" | "trained";
  /** With this `lastLayers` the training would begin here; absent for layers without weights. */
  readonly lastLayers?: number;
  readonly part: "backbone" | "head";
}
