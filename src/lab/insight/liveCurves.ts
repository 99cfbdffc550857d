import type { TrainingHistory } from "../train/history";
import { curvesFigure } from "./curvesFigure";
import { liveFigure } from "./liveFigure";

export interface LiveCurves {
  /** Draws the history as it is now, at most four times a second. Call it after every step; it costs nothing in between. */
  update(history: TrainingHistory): void;
  /** Draws the final history. Call it also when training stopped early or failed. */
  finish(history: TrainingHistory): void;
}

/** Curves under the running cell that grow while a model trains. */
export function liveCurves(title: string): LiveCurves {
  const live = liveFigure();
  const figure = ({ phases }: TrainingHistory, isLive: boolean) =>
    curvesFigure(title, [{ name: title, phases }], isLive);
  return {
    update: (history) => live.update(() => figure(history, true)),
    finish: (history) => live.finish(figure(history, false)),
  };
}
