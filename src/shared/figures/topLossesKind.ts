import { count } from "../count";
import type { FigureKind } from "../figureKind";
import { percent } from "../percent";
import { type Card, plotlyCards } from "../plotlyCards";
import type { LosingExample, TopLossesFigure } from "./topLossesFigure";

export const topLossesKind: FigureKind<TopLossesFigure> = {
  caption({ examples, of }) {
    const wrong = examples.filter(({ labelled, predicted }) => labelled !== predicted).length;
    return [
      `The ${count(examples.length, "example")} of ${of.toLocaleString("en")} with the largest loss, ${wrong} of them wrong: what the model takes each for, and below that what it is labelled.`,
      "Look for labels that are wrong, and for what these have in common.",
    ];
  },
  plotly: ({ examples }, options) => plotlyCards(examples.map(lossCard), options),
  table: ({ examples }) => ({
    header: ["example", "labelled", "its probability", "predicted", "probability", "loss"],
    rows: examples.map((one) => [
      ...[one.index, one.labelled, one.labelledProbability, one.predicted, one.probability, one.loss],
    ]),
  }),
  progress: () => "",
};

export function lossCard(example: LosingExample): Card {
  const { labelled, predicted, probability, loss } = example;
  const right = labelled === predicted;
  return {
    example,
    verdict: { right, words: `${predicted} ${percent(probability, 0)}` },
    words: [`is ${labelled}`, `loss ${loss.toFixed(2)}`],
  };
}
