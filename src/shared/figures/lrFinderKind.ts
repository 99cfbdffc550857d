import type { FigureKind } from "../figureKind";
import { plotlyLrFinder } from "../plotlyLrFinder";
import { rateText } from "../rateText";
import type { LrFinderFigure } from "./lrFinderFigure";

export const lrFinderKind: FigureKind<LrFinderFigure> = {
  caption: ({ rates, valley, steepest, diverged }) => [
    `${rates.length} steps from ${rateText(rates[0]!)} to ${rateText(rates.at(-1)!)}${diverged ? ", where the loss had grown to four times its lowest" : ""}.`,
    `Suggested: ${rateText(valley)}, in the valley of the loss; it falls fastest at ${rateText(steepest)}.`,
    "Choose a rate on the slope, well before the lowest point: from there on the loss is about to grow.",
  ],
  plotly: plotlyLrFinder,
  table: ({ rates, losses }) => ({
    header: ["learning rate", "loss"],
    rows: rates.map((one, i) => [one, losses[i]]),
  }),
  progress: () => "",
};
