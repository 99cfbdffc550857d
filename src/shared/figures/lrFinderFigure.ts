/** Loss over a learning rate that grew from step to step. */
export interface LrFinderFigure {
  readonly kind: "lrFinder";
  readonly title: string;
  /** Of each step, and the moving average of the loss there. */
  readonly rates: readonly number[];
  readonly losses: readonly number[];
  /** The rates that `findLearningRate` suggests. */
  readonly valley: number;
  readonly steepest: number;
  /** The sweep ended because the loss had grown to four times its lowest. */
  readonly diverged: boolean;
  readonly live: false;
}
