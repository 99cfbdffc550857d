/** How good a classifier is: for each class, on average, and whether its probabilities are to be believed. */
export interface ReportFigure {
  readonly kind: "report";
  readonly title: string;
  readonly examples: number;
  /** In [0, 1], with its 95 % interval by the number of examples (Wilson). */
  readonly accuracy: number;
  readonly interval: readonly [number, number];
  readonly balancedAccuracy: number;
  /** Cohen's; absent where it is not defined. */
  readonly kappa?: number;
  /** Nats. */
  readonly logLoss: number;
  /** In [0, 2]. */
  readonly brier: number;
  readonly classes: readonly ReportRow[];
  /** Means in which each class counts the same, and by its support. */
  readonly macro: ReportRow;
  readonly weighted: ReportRow;
  readonly calibration: {
    /** From unsure to sure; without those that are empty. */
    readonly bins: readonly {
      readonly low: number;
      readonly high: number;
      readonly count: number;
      readonly confidence: number;
      readonly accuracy: number;
    }[];
    /** Expected calibration error with 15 bins of equal width, and with 15 that hold equally many examples. */
    readonly error: number;
    readonly errorEqualMass: number;
  };
  /** What else a reader has to know, as sentences: what is not defined, and why. */
  readonly notes: readonly string[];
  readonly live: false;
}

/** All in [0, 1]; absent where it is not defined. */
export interface ReportRow {
  readonly name: string;
  readonly precision?: number;
  readonly recall?: number;
  readonly f1?: number;
  /** Area under the ROC curve of this class against the rest. */
  readonly rocAuc?: number;
  readonly averagePrecision?: number;
  readonly support: number;
}
