import { explainedWords } from "./explainedWords";
import { explanationLayout, type PlacedPicture } from "./explanationLayout";
import type { ExplanationFigure } from "./figure";
import type { PlotlyFigure, PlotlyObject, PlotlyOptions } from "./plotlyFigure";
import { baseLayout, label, plain } from "./plotlyLayout";

/** Pictures on axes that count pixels; an invisible point in the middle of each carries what hovering tells. */
export function plotlyExplanation(figure: ExplanationFigure, { theme, width }: PlotlyOptions): PlotlyFigure {
  const { placed, height } = explanationLayout(figure.examples, width);
  const middles = placed.flatMap(({ example, plain: left, warm }) =>
    [left, warm].map((picture) => ({ example, x: picture.x + picture.width / 2, y: picture.y + picture.height / 2 })),
  );
  return {
    data: [
      {
        type: "scatter",
        mode: "markers",
        x: middles.map(({ x }) => x),
        y: middles.map(({ y }) => y),
        customdata: middles.map(({ example }) => [example.index, plain(explainedWords(example))]),
        marker: { size: 60, opacity: 0, color: theme.foreground },
        hovertemplate: "example %{customdata[0]}<br>%{customdata[1]}<extra></extra>",
      },
    ],
    layout: {
      ...baseLayout(theme),
      height: height + 32,
      // The buttons that appear on hover stand above the pictures.
      margin: { l: 0, r: 0, t: 32, b: 0 },
      hovermode: "closest",
      dragmode: "pan",
      xaxis: { visible: false, range: [0, width] },
      yaxis: { visible: false, range: [height, 0], scaleanchor: "x", scaleratio: 1, constrain: "domain" },
      images: placed.flatMap(({ example, plain: left, warm }) => [
        picture(example.image, left, "below"),
        picture(example.image, warm, "below"),
        // Of pictures at one place in one layer Plotly draws the first alone.
        picture(example.heat, warm, "above"),
      ]),
      annotations: placed.map(({ example, words: [x, y] }) =>
        label(plain(explainedWords(example)), { x, y, yanchor: "middle" }, { size: 12, color: theme.foreground }),
      ),
    },
  };
}

function picture(source: string, { x, y, width, height }: PlacedPicture, layer: "above" | "below"): PlotlyObject {
  return {
    ...{ source, xref: "x", yref: "y", x, y, sizex: width, sizey: height },
    ...{ xanchor: "left", yanchor: "top", sizing: "stretch", layer },
  };
}
