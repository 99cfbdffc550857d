import type { Dataset } from "../data/dataset";

/** Options of `trainHead`, by method. */
export type TrainHeadOptions = LinearHeadOptions | MlpHeadOptions | NearestHeadOptions | PrototypeHeadOptions;

interface HeadOptions {
  /** Is drawn beside the training curves. A linear head picks the strength of its L2 by it, an MLP its best epoch. */
  readonly validation?: Dataset;
  /** Default true: curves under the cell that grow while it trains. */
  readonly plot?: boolean;
}

interface Weighted {
  /** Factors of the loss by class; `"balanced"` is examples / (classes · examples of the class). Default: all 1. */
  readonly classWeights?: "balanced" | readonly number[];
}

interface Smoothed extends Weighted {
  /** Moves this part of each target's probability to all classes alike (Szegedy et al. 2016, section 7). In [0, 1). Default 0. */
  readonly labelSmoothing?: number;
}

/** Multinomial logistic regression. */
export interface LinearHeadOptions extends HeadOptions, Smoothed {
  readonly method?: "linear";
  /**
   * Strength of L2 on standardised features. Default: the one with the lowest validation loss; without validation 0.03. (Measured on
   * digits with 5 and 25 examples a class: choosing it by five-fold cross-validation on the training examples gains 0.1 points of accuracy
   * and costs forty solves.)
   */
  readonly l2?: number;
}

/** Dense with relu, dropout, Dense, by AdamW with a learning rate that falls as a cosine. */
export interface MlpHeadOptions extends HeadOptions, Smoothed {
  readonly method?: "mlp";
  /** Width of the hidden layer. Default: that of the head that the model has, else 256. */
  readonly hiddenUnits?: number;
  /** Part of the hidden units that are dropped in training, in [0, 1). Default 0.5. */
  readonly dropout?: number;
  /** On standardised features. Default 0.001. */
  readonly learningRate?: number;
  /** Of AdamW, on kernels. Default 0.01. */
  readonly weightDecay?: number;
  /** At most. Default 100. */
  readonly epochs?: number;
  /** Default 32, or the number of examples where there are fewer. */
  readonly batchSize?: number;
  /** Early stopping: so many epochs without a lower validation loss end the training, with the weights of the best one. Default 10. */
  readonly patience?: number;
  /** Of the random weights that it begins with, the order of the examples and dropout. Default 0. */
  readonly seed?: number;
}

/**
 * The nearest of the training examples, by cosine similarity of their features minus the mean feature, vote with the weight
 * exp(similarity / 0.07) (Wu et al. 2018, arXiv:1805.01978, section 3.4).
 */
export interface NearestHeadOptions extends HeadOptions {
  readonly method: "nearest";
  /** How many vote. Default 10, or the number of examples where there are fewer. */
  readonly neighbours?: number;
  /** Factors of the votes by class, as of the loss of other heads. Default: all 1. */
  readonly classWeights?: "balanced" | readonly number[];
}

/**
 * The class whose mean feature is nearest, by Euclidean distance (Snell et al. 2017, arXiv:1703.05175): that is a linear map of the features,
 * so the head is a Dense layer that can be fine-tuned. It has nothing to choose; each class counts alike, however many examples it has.
 */
export interface PrototypeHeadOptions extends HeadOptions {
  readonly method: "prototypes";
}

export type HeadMethod = NonNullable<TrainHeadOptions["method"]>;
