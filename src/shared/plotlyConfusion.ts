import { blend } from "./blend";
import { shortened } from "./cardLayout";
import { confusionShares } from "./confusionShares";
import type { ConfusionFigure } from "./figures/confusionFigure";
import { percent } from "./percent";
import type { PlotlyFigure, PlotlyObject, PlotlyOptions } from "./plotlyFigure";
import { baseAxis, baseLayout, label, plain } from "./plotlyLayout";

/** More classes than this leave no room for numbers. */
const NUMBERED = 22;

/** What is right in one colour and what is wrong in another, each row by its own sum; counts on the cells, recall beside the rows. */
export function plotlyConfusion(figure: ConfusionFigure, { theme, width }: PlotlyOptions): PlotlyFigure {
  const { counts, support } = figure;
  const n = figure.classes.length;
  const names = figure.classes.map((name) => plain(shortened(name, 18)));
  const longest = Math.max(...names.map((name) => name.length));
  const left = 34 + 6.6 * longest;
  const cell = Math.min(46, Math.max(9, (width - left - 76) / n));
  const turned = 6.6 * longest > cell;
  const margin = { l: left, r: 16, t: 44, b: 40 + (turned ? (cell < 24 ? 6.2 : 4.8) * longest : 12) };
  const { share, worst } = confusionShares(figure);
  const cells = (
    isShown: (truth: number, prediction: number) => boolean,
    colour: string,
    top: number,
  ): PlotlyObject => ({
    type: "heatmap",
    x: counts.map((_, i) => i),
    y: counts.map((_, i) => i),
    z: counts.map((row, truth) =>
      row.map((_, prediction) => (isShown(truth, prediction) ? share(truth, prediction) : null)),
    ),
    customdata: counts.map((row, truth) =>
      row.map((count, prediction) => [
        plain(figure.classes[truth]!),
        plain(figure.classes[prediction]!),
        count,
        support[truth],
      ]),
    ),
    zmin: 0,
    zmax: top,
    colorscale: [
      [0, blend(colour, 0.05)],
      [1, blend(colour, 1)],
    ],
    showscale: false,
    xgap: 1,
    ygap: 1,
    hoverongaps: false,
    hovertemplate:
      "<b>%{customdata[0]}</b> taken for <b>%{customdata[1]}</b><br>%{customdata[2]} of %{customdata[3]} (%{z:.1%})<extra></extra>",
  });
  const numbers = counts.flatMap((row, truth) =>
    row.flatMap((count, prediction) => {
      const part = share(truth, prediction) / (truth === prediction ? 1 : worst);
      return count === 0 ? [] : [{ x: prediction, y: truth, text: String(count), strong: part > 0.55 }];
    }),
  );
  const size = Math.min(12, Math.max(8, cell * 0.3));
  return {
    data: [
      cells((truth, prediction) => truth === prediction, theme.train, 1),
      cells((truth, prediction) => truth !== prediction, theme.validation, worst),
      ...(n > NUMBERED
        ? []
        : [
            {
              type: "scatter",
              mode: "text",
              x: numbers.map(({ x }) => x),
              y: numbers.map(({ y }) => y),
              text: numbers.map(({ text }) => text),
              textfont: { size, color: numbers.map(({ strong }) => (strong ? theme.onColour : theme.foreground)) },
              hoverinfo: "skip",
            },
          ]),
    ],
    layout: {
      ...baseLayout(theme),
      height: Math.round(margin.t + margin.b + n * cell),
      margin,
      hovermode: "closest",
      dragmode: "pan",
      xaxis: {
        ...tickAxis(names, theme.muted, baseAxis(theme)),
        domain: [0, Math.min(1, (n * cell) / (width - margin.l - margin.r))],
        range: [-0.5, n - 0.5],
        tickangle: turned ? (cell < 24 ? -90 : -45) : 0,
        title: { text: "taken for", font: { size: 11, color: theme.muted }, standoff: 6 },
      },
      yaxis: { ...tickAxis(names, theme.foreground, baseAxis(theme)), range: [n - 0.5, -0.5] },
      annotations: [
        label(
          "class",
          { xref: "paper", yref: "paper", x: 0, y: 1, xanchor: "right", yanchor: "bottom", yshift: 5, xshift: -6 },
          { size: 11, color: theme.muted },
        ),
        label(
          "recall",
          { x: n - 0.5, yref: "paper", y: 1, xshift: 8, yanchor: "bottom", yshift: 5 },
          { size: 11, color: theme.muted },
        ),
        ...(cell < 12 ? [] : recalls(figure, n, share)).map(({ text, y }) =>
          label(text, { x: n - 0.5, y, xshift: 8, yanchor: "middle" }, { size: 11, color: theme.foreground }),
        ),
      ],
    },
  };
}

function recalls({ support }: ConfusionFigure, n: number, share: (truth: number, prediction: number) => number) {
  return Array.from({ length: n }, (_, y) => ({ y, text: support[y] === 0 ? "–" : percent(share(y, y)) }));
}

function tickAxis(names: readonly string[], color: string, axis: PlotlyObject): PlotlyObject {
  return {
    ...axis,
    showgrid: false,
    tickvals: names.map((_, i) => i),
    ticktext: names,
    tickfont: { size: names.length > 30 ? 9 : 11, color },
  };
}
