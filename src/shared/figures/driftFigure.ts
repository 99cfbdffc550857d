/** How far the weights of each layer have moved, of one model or of several side by side. */
export interface DriftFigure {
  readonly kind: "drift";
  readonly title: string;
  /** One for each value of a row; a single model may have none: `""`. */
  readonly models: readonly string[];
  /** From input to head. */
  readonly rows: readonly DriftRow[];
  readonly live: false;
}

export interface DriftRow {
  readonly layer: string;
  /** The Keras class name: `Conv2D`. */
  readonly type: string;
  /** A batch norm has a row for each. */
  readonly of: "weights" | "statistics";
  /** One a model: ‖after − before‖ / ‖before‖; null where there was nothing before. */
  readonly drift: readonly (number | null)[];
}
