import { count } from "../count";
import type { FigureKind } from "../figureKind";
import { type Card, plotlyCards } from "../plotlyCards";
import type { ExamplesFigure } from "./examplesFigure";

export const examplesKind: FigureKind<ExamplesFigure> = {
  caption: ({ examples, of, classes, seed }) => [
    `${count(examples.length, "example")} of ${of.toLocaleString("en")} from ${classes} classes, drawn with seed ${seed}; each class has its equal part, as far as it goes.`,
  ],
  plotly: ({ examples }, options) => plotlyCards(examples.map(exampleCard), options),
  table: ({ examples }) => ({
    header: ["example", "labelled"],
    rows: examples.map(({ index, labelled }) => [index, labelled]),
  }),
  progress: () => "",
};

export function exampleCard(example: ExamplesFigure["examples"][number]): Card {
  return { example, words: [example.labelled] };
}
