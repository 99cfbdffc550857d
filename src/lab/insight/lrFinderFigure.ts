import type { LrFinderFigure } from "../../shared/figures/lrFinderFigure";
import { GraftError } from "../../shared/graftError";
import type { LearningRateSearch } from "../strategies/findLearningRate";
import { significant } from "./round";

/** Steps whose loss is not finite are left out: there is no place for them. */
export function lrFinderFigure(search: LearningRateSearch, title: string): LrFinderFigure {
  const { rates, losses, valley, steepest, diverged } = requireSearch(search);
  const kept = rates.flatMap((_, i) => (Number.isFinite(losses[i]) ? [i] : []));
  return {
    kind: "lrFinder",
    title,
    rates: kept.map((i) => significant(rates[i]!, 4)),
    losses: kept.map((i) => significant(losses[i]!, 5)),
    ...{ valley, steepest, diverged, live: false },
  };
}

function requireSearch(search: Partial<LearningRateSearch>): LearningRateSearch {
  const { rates = [], losses = [], valley, steepest } = search;
  const drawn = losses.filter(Number.isFinite).length;
  if (drawn >= 2 && rates.length === losses.length && valley !== undefined && steepest !== undefined) {
    return search as LearningRateSearch;
  }
  throw new GraftError({
    code: "show/no-search",
    expected: "what model.findLearningRate found, with at least two finite losses",
    found: `${rates.length} rates and ${drawn} finite losses`,
    remedy: "Pass it on: show.lrFinder(await model.findLearningRate(train, { lastLayers: 3 }))",
  });
}
