/** What cells call to measure: `metrics.rocAuc(scores, positives)`. Pure functions over plain arrays; `show.report` draws what they say. */
import type { Tensor, Weights } from "../backbone/layerGraph";
import { softmax } from "../head/softmaxScore";
import { accuracyInterval } from "./accuracyInterval";
import { type Calibration, calibration, type CalibrationOptions } from "./calibration";
import { balancedAccuracy, type ClassificationReport, classificationReport, cohenKappa } from "./classificationReport";
import { type ConfusionMatrix, confusionMatrix } from "./confusionMatrix";
import { drift, type LayerDrift, type WeightedGraph } from "./drift";
import { brierScore, logLoss } from "./probabilityScores";
import { averagePrecision, type OperatingPoint, rocAuc, sensitivityAtSpecificity } from "./ranking";

/** Measures of a classifier and of its weights. All are pure functions; labels and predictions are class indices. */
export const metrics = {
  /**
   * Probabilities `[n, classes]` of logits `[n, classes]`, each row summing to 1.
   *
   * @example
   * ```ts
   * import { metrics } from "graft";
   * console.log(metrics.softmax({ shape: [1, 2], data: Float32Array.of(0, 0) }).data); // 0.5, 0.5
   * ```
   */
  softmax(logits: Tensor): Tensor {
    return softmax(logits);
  },

  /**
   * `matrix[truth][prediction]`: how often examples of a class were taken for which.
   *
   * @param labels `[n]`, what they are. @param predictions `[n]`, what they were taken for. @param classes How many there are.
   * @throws GraftError `metrics/lengths`, `metrics/empty`, `metrics/label`.
   * @example
   * ```ts
   * import { metrics } from "graft";
   * console.log(metrics.confusionMatrix([0, 0, 1], [0, 1, 1], 2)); // [[1, 1], [0, 1]]
   * ```
   */
  confusionMatrix(labels: ArrayLike<number>, predictions: ArrayLike<number>, classes: number): ConfusionMatrix {
    return confusionMatrix(labels, predictions, classes);
  },

  /**
   * Precision, recall, F1 and support of each class, their macro and weighted means, and accuracy, as scikit-learn's `classification_report`:
   * what would be a division by zero is undefined for a class and counts as 0 in the means; a class that is neither there nor predicted counts in no mean.
   *
   * @throws GraftError `metrics/matrix`.
   * @example
   * ```ts
   * import { metrics } from "graft";
   * const matrix = metrics.confusionMatrix([0, 0, 1, 1], [0, 1, 1, 1], 2);
   * const { classes, macro } = metrics.classificationReport(matrix);
   * console.log(classes[0], macro.f1);
   * ```
   */
  classificationReport(matrix: ConfusionMatrix): ClassificationReport {
    return classificationReport(matrix);
  },

  /**
   * Mean recall of the classes that are there, in [0, 1]: accuracy as it were if each had as many examples.
   *
   * @throws GraftError `metrics/matrix`.
   * @example
   * ```ts
   * import { metrics } from "graft";
   * console.log(metrics.balancedAccuracy([[90, 0], [10, 0]])); // 0.5, though 90 % are right
   * ```
   */
  balancedAccuracy(matrix: ConfusionMatrix): number {
    return balancedAccuracy(matrix);
  },

  /**
   * Agreement of truth and prediction beyond what chance would bring (Cohen 1960): 1 is perfect, 0 chance. Undefined where chance alone makes
   * them agree: all examples of one class, and all taken for it.
   *
   * @throws GraftError `metrics/matrix`.
   * @example
   * ```ts
   * import { metrics } from "graft";
   * console.log(metrics.cohenKappa([[20, 5], [10, 15]])); // 0.4
   * ```
   */
  cohenKappa(matrix: ConfusionMatrix): number | undefined {
    return cohenKappa(matrix);
  },

  /**
   * The 95 % interval of an accuracy by how many examples it was measured on (Wilson 1927). It says what another sample of the same kind might have
   * given, and nothing of another training.
   *
   * @throws GraftError `metrics/counts`.
   * @example
   * ```ts
   * import { metrics } from "graft";
   * console.log(metrics.accuracyInterval(93, 100)); // 0.863 … 0.966
   * ```
   */
  accuracyInterval(right: number, examples: number): readonly [low: number, high: number] {
    return accuracyInterval(right, examples);
  },

  /**
   * Area under the ROC curve, in [0, 1]: how probable it is that a positive example has a higher score than another one; equal scores count one half.
   * 0.5 is chance. Undefined where all examples are positive, or none.
   *
   * @param scores `[n]`, e.g. probabilities of one class. @param positives `[n]`, whether each example is of that class.
   * @throws GraftError `metrics/lengths`, `metrics/empty`, `metrics/not-finite`.
   * @example
   * ```ts
   * import { metrics } from "graft";
   * console.log(metrics.rocAuc([0.1, 0.4, 0.35, 0.8], [false, false, true, true])); // 0.75
   * ```
   */
  rocAuc(scores: ArrayLike<number>, positives: ArrayLike<boolean | number>): number | undefined {
    return rocAuc(scores, positives);
  },

  /**
   * Area under the precision-recall curve without interpolation, in [0, 1]; chance is the part of positive examples. Tells more than `rocAuc` where those
   * are rare. Undefined where there is none.
   *
   * @throws GraftError `metrics/lengths`, `metrics/empty`, `metrics/not-finite`.
   * @example
   * ```ts
   * import { metrics } from "graft";
   * console.log(metrics.averagePrecision([0.1, 0.4, 0.35, 0.8], [false, false, true, true])); // 0.83
   * ```
   */
  averagePrecision(scores: ArrayLike<number>, positives: ArrayLike<boolean | number>): number | undefined {
    return averagePrecision(scores, positives);
  },

  /**
   * How many of the positive examples are found when at most so many of the others are called positive, and from which score on. Undefined where all
   * examples are positive, or none.
   *
   * @param specificity Part of the others that must be passed over, in [0, 1].
   * @throws GraftError `metrics/specificity`, `metrics/lengths`, `metrics/empty`, `metrics/not-finite`.
   * @example
   * ```ts
   * import { metrics } from "graft";
   * const { sensitivity, threshold } = metrics.sensitivityAtSpecificity([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], 0.5)!;
   * console.log(sensitivity, threshold); // 1, 0.35
   * ```
   */
  sensitivityAtSpecificity(
    scores: ArrayLike<number>,
    positives: ArrayLike<boolean | number>,
    specificity: number,
  ): OperatingPoint | undefined {
    return sensitivityAtSpecificity(scores, positives, specificity);
  },

  /**
   * Whether a model that is 80 % sure is right in 80 % of the cases: accuracy beside the probability of the predicted class, in bins, and the expected
   * calibration error (Guo et al. 2017, arXiv:1706.04599), in [0, 1].
   *
   * @param probabilities `[n, classes]`. @param labels `[n]`.
   * @throws GraftError `metrics/probabilities`, `metrics/bins`, `metrics/lengths`, `metrics/empty`, `metrics/label`, `metrics/not-finite`.
   * @example
   * ```ts
   * import { backbones, datasets, graft, metrics } from "graft";
   * const { train, test } = await datasets.mnist();
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.trainHead(train.sample({ labels: 50 }), { plot: false });
   * const some = test.subset(0, 500);
   * const probabilities = metrics.softmax(await model.logits(some));
   * console.log(metrics.calibration(probabilities, some.labels, { bins: 10, equal: "mass" }).error);
   * ```
   */
  calibration(probabilities: Tensor, labels: ArrayLike<number>, options?: CalibrationOptions): Calibration {
    return calibration(probabilities, labels, options);
  },

  /**
   * Mean squared distance of the probabilities from the truth as 0s and a 1, summed over the classes (Brier 1950): in [0, 2], 0 is best. With
   * two classes that is twice what scikit-learn's `brier_score_loss` says of the one.
   *
   * @param probabilities `[n, classes]`. @param labels `[n]`.
   * @throws GraftError `metrics/probabilities`, `metrics/lengths`, `metrics/empty`, `metrics/label`, `metrics/not-finite`.
   * @example
   * ```ts
   * import { metrics } from "graft";
   * const probabilities = { shape: [2, 2], data: Float32Array.of(0.5, 0.5, 0, 1) };
   * console.log(metrics.brierScore(probabilities, [0, 1])); // 0.25
   * ```
   */
  brierScore(probabilities: Tensor, labels: ArrayLike<number>): number {
    return brierScore(probabilities, labels);
  },

  /**
   * Mean of -ln of the probability of the true class, in nats; 0 is best. A probability below 1.2e-7 counts as that.
   *
   * @param probabilities `[n, classes]`. @param labels `[n]`.
   * @throws GraftError `metrics/probabilities`, `metrics/lengths`, `metrics/empty`, `metrics/label`, `metrics/not-finite`.
   * @example
   * ```ts
   * import { metrics } from "graft";
   * const probabilities = { shape: [2, 2], data: Float32Array.of(0.5, 0.5, 0, 1) };
   * console.log(metrics.logLoss(probabilities, [0, 1])); // 0.35
   * ```
   */
  logLoss(probabilities: Tensor, labels: ArrayLike<number>): number {
    return logLoss(probabilities, labels);
  },

  /**
   * How far the weights of each layer have moved, relative to what they were: ‖after − before‖ / ‖before‖ of every layer that has weights, from input to
   * head. 0 is unchanged to the bit, 1 a change as large as the weights themselves. Batch-norm statistics are measured apart. `model.drift()` compares with what
   * the model began with; `show.drift` draws it.
   *
   * @param before Weights of the same network by name, e.g. a model's `weights` from before a training, which later trainings leave as they are.
   * @param after The network as it is: a model or a backbone.
   * @throws GraftError `metrics/other-network`, `metrics/not-finite`.
   * @example
   * ```ts
   * import { backbones, datasets, graft, metrics } from "graft";
   * const { train } = await datasets.mnist();
   * const some = train.sample({ labels: 50 });
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.trainHead(some, { plot: false });
   * const probed = model.weights;
   * await model.fineTune(some, { all: true, epochs: 2, plot: false });
   * for (const { layer, drift } of metrics.drift(probed, model)) console.log(layer, drift);
   * ```
   */
  drift(before: Weights, after: WeightedGraph): LayerDrift[] {
    return drift(before, after);
  },
};
