import { shortened } from "./cardLayout";
import { driftBars, driftText } from "./driftBars";
import type { DriftFigure } from "./figures/driftFigure";
import { type FigureTheme, strategyColour } from "./figureTheme";
import type { PlotlyFigure, PlotlyObject, PlotlyOptions } from "./plotlyFigure";
import { baseAxis, baseLayout, label, plain } from "./plotlyLayout";

/** Of one bar, with the room around it. */
const BAR_PX = 15;
const ROW_GAP_PX = 7;
/** Of a letter of a layer's name. */
const LETTER_PX = 6.6;

/** The first colour is that of the baseline in comparisons; a single model has no rival. */
export function driftColour(theme: FigureTheme, place: number): string {
  return strategyColour(theme, place + 1);
}

/** A row a layer, input above and head below, a bar a model; numbers stand at the bars' ends, as small ones are not seen beside large ones. */
export function plotlyDrift(figure: DriftFigure, { theme, width }: PlotlyOptions): PlotlyFigure {
  const bars = driftBars(figure);
  const { models } = figure;
  const columns = Math.floor((width * 0.34) / LETTER_PX);
  const names = bars.map(({ name }) => shortened(name, columns));
  const left = 16 + LETTER_PX * Math.max(4, ...names.map(({ length }) => length));
  const largest = Math.max(1e-12, ...bars.flatMap(({ row }) => row.drift.map((value) => value ?? 0)));
  const hasNames = models.some((model) => model !== "");
  return {
    data: models.map((model, place): PlotlyObject => {
      const values = bars.map(({ row }) => row.drift[place] ?? null);
      return {
        ...{ type: "bar", orientation: "h", name: plain(model) },
        y: bars.map((_, at) => at),
        x: values.map((value) => value ?? 0),
        text: values.map(driftText),
        ...{ textposition: "outside", cliponaxis: false, textfont: { size: 11, color: theme.foreground } },
        customdata: bars.map(({ name, row }) => [plain(name), plain(row.type), row.of]),
        marker: { color: driftColour(theme, place), line: { width: 0 } },
        hovertemplate: `<b>%{customdata[0]}</b>, %{customdata[1]}<br>${plain(model)} %{customdata[2]}: %{x:.3~g}<extra></extra>`,
      };
    }),
    layout: {
      ...baseLayout(theme),
      height: Math.round(bars.length * (BAR_PX * models.length + ROW_GAP_PX) + 84),
      margin: { l: left, r: 56, t: hasNames ? 56 : 36, b: 40 },
      barmode: "group",
      bargap: ROW_GAP_PX / (BAR_PX * models.length + ROW_GAP_PX),
      hovermode: "closest",
      xaxis: {
        ...baseAxis(theme),
        range: [0, 1.06 * largest],
        nticks: 6,
        title: { text: "relative change", font: { size: 11, color: theme.muted }, standoff: 8 },
      },
      yaxis: {
        ...baseAxis(theme),
        showgrid: false,
        range: [bars.length - 0.5, -0.5],
        tickvals: bars.map((_, at) => at),
        ticktext: names.map(plain),
      },
      annotations: [
        label(
          "Drift of the weights",
          { xref: "paper", yref: "paper", x: 0, y: 1, yanchor: "bottom", yshift: hasNames ? 26 : 8, xshift: -2 },
          { size: 13, color: theme.foreground, weight: 600 },
        ),
        ...(hasNames ? legend(models, theme) : []),
      ],
    },
  };
}

/** Names in their colours above the bars, in the order of the bars. */
function legend(models: readonly string[], theme: FigureTheme): PlotlyObject[] {
  let xshift = -2;
  return models.map((model, place) => {
    const shown = `■ ${shortened(model, 28)}`;
    const at = xshift;
    xshift += 18 + 7.2 * shown.length;
    return label(
      plain(shown),
      { xref: "paper", yref: "paper", x: 0, y: 1, yanchor: "bottom", yshift: 6, xshift: at },
      { size: 12, color: driftColour(theme, place), weight: 500 },
    );
  });
}
