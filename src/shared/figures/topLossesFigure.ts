import type { PicturedExample } from "./picture";

/** The examples that a model gets most wrong. */
export interface TopLossesFigure {
  readonly kind: "topLosses";
  readonly title: string;
  /** Of so many examples. */
  readonly of: number;
  /** The largest loss first. */
  readonly examples: readonly LosingExample[];
  readonly live: false;
}

export interface LosingExample extends PicturedExample {
  /** Its class, and the probability in [0, 1] that the model gives it. */
  readonly labelled: string;
  readonly labelledProbability: number;
  /** What it was taken for, with its probability. */
  readonly predicted: string;
  readonly probability: number;
  /** Cross-entropy in nats. */
  readonly loss: number;
}
