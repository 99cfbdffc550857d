/** The figures that say how good a model is, and what it is made of and judged on. Each is one display under the running cell. */
import type { Figure } from "../../shared/figure";
import { GraftError } from "../../shared/graftError";
import { labHost } from "../../shared/labHost";
import type { LearningRateSearch } from "../strategies/findLearningRate";
import { coreOf } from "../train/modelCore";
import { confusionFigure, type ConfusionOptions } from "./confusionFigure";
import { driftFigure, type DriftSource } from "./driftFigure";
import { examplesFigure, type ShowExamplesOptions } from "./examplesFigure";
import { figureBundle } from "./figureBundle";
import { type Classifier, judge, type JudgedExamples, type Told } from "./judgement";
import { layersFigure } from "./layersFigure";
import { linesFigure, type LinePoints, type LinesOptions } from "./linesFigure";
import { lrFinderFigure } from "./lrFinderFigure";
import { reportFigure } from "./reportFigure";
import { topLossesFigure, type TopLossesOptions } from "./topLossesFigure";

export async function showConfusion<Data extends JudgedExamples>(
  model: Classifier<Told<Data>>,
  dataset: Data,
  options: ConfusionOptions = {},
): Promise<void> {
  display(confusionFigure(await judge(model, dataset), dataset, options));
}

export async function showReport<Data extends JudgedExamples>(
  model: Classifier<Told<Data>>,
  dataset: Data,
  title = "Report",
): Promise<void> {
  display(reportFigure(await judge(model, dataset), title));
}

export async function showTopLosses<Data extends JudgedExamples>(
  model: Classifier<Told<Data>>,
  dataset: Data,
  options: TopLossesOptions = {},
): Promise<void> {
  display(topLossesFigure(await judge(model, dataset), dataset, options));
}

export function showExamples(dataset: JudgedExamples, options: ShowExamplesOptions = {}): void {
  display(examplesFigure(dataset, options));
}

export function showLayers(model: object, title = "Layers"): void {
  const core = coreOf(model) as ReturnType<typeof coreOf> | undefined;
  if (core === undefined) {
    throw new GraftError({
      code: "show/not-a-model",
      expected: "a model, as graft, fromScratch or models.load make it",
      found: model.constructor.name,
      remedy: "Of a backbone, show the model that is grafted on it: show.layers(graft(backbone, { classes }))",
    });
  }
  display(layersFigure(core, title));
}

export function showLrFinder(search: LearningRateSearch, title = "Learning rates"): void {
  display(lrFinderFigure(search, title));
}

export function showDrift(source: DriftSource, title = "Drift"): void {
  display(driftFigure(source, title));
}

export function showLines(lines: Readonly<Record<string, LinePoints>>, options: LinesOptions = {}): void {
  display(linesFigure(lines, options));
}

function display(figure: Figure): void {
  labHost().display(figureBundle(figure));
}
