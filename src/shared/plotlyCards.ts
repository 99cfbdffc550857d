import { type Card, cardLayout } from "./cardLayout";
import type { PlotlyFigure, PlotlyObject, PlotlyOptions } from "./plotlyFigure";
import { pixelLayout, label, plain } from "./plotlyLayout";

export type { Card } from "./cardLayout";

/** Examples on axes that count pixels; an invisible point in the middle of each carries what hovering tells. */
export function plotlyCards(cards: readonly Card[], { theme, width }: PlotlyOptions): PlotlyFigure {
  const { placed, height } = cardLayout(cards, width);
  return {
    data: [
      {
        type: "scatter",
        mode: "markers",
        x: placed.map((one) => one.x + one.width / 2),
        y: placed.map((one) => one.y + one.height / 2),
        customdata: placed.map(({ card }) => hoverWords(card)),
        marker: { size: 60, opacity: 0, color: theme.foreground },
        hovertemplate: "%{customdata}<extra></extra>",
      },
    ],
    layout: {
      ...pixelLayout(theme, width, height),
      images: placed.flatMap(({ card: { example }, x, y, width: sizex, height: sizey }): PlotlyObject[] =>
        example.picture?.kind === "image"
          ? [
              {
                ...{ source: example.picture.image, xref: "x", yref: "y", x, y, sizex, sizey },
                ...{ xanchor: "left", yanchor: "top", sizing: "stretch", layer: "below" },
              },
            ]
          : [],
      ),
      shapes: placed
        .filter(({ card }) => card.example.picture?.kind !== "image")
        .map(({ x, y, width: across, height: down }) => ({
          ...{ type: "rect", x0: x, x1: x + across, y0: y, y1: y + down, fillcolor: theme.band },
          line: { color: theme.grid, width: 1 },
        })),
      annotations: placed.flatMap(({ text, lines }) => [
        ...text.map((line) => words(line.text, line, { size: 12, color: theme.foreground })),
        ...lines.map(({ right, ...line }, place) =>
          right === undefined
            ? words(line.text, line, { size: 12, color: place === 0 ? theme.foreground : theme.muted })
            : words(`${right ? "✓" : "✗"} ${line.text}`, line, {
                ...{ size: 12, weight: 600, color: right ? theme.train : theme.validation },
              }),
        ),
      ]),
    },
  };
}

function words(text: string, { x, y }: { readonly x: number; readonly y: number }, font: PlotlyObject): PlotlyObject {
  return label(plain(text), { x, y, yanchor: "middle", xshift: -2 }, font);
}

function hoverWords({ example, verdict, words }: Card): string {
  const all = [`example ${example.index}`, ...(verdict ? [verdict.words] : []), ...words];
  const text = example.picture?.kind === "text" ? [`<i>${plain(example.picture.text.slice(0, 400))}</i>`] : [];
  return [...all.map(plain), ...text].join("<br>");
}
