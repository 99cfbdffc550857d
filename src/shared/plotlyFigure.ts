/**
 * A figure as Plotly JSON. Pure data in, pure data out: the renderer draws it with the editor's theme, JupyterLab draws the
 * same with `paperTheme`, and goldens keep it reviewable.
 */
import type { Figure } from "./figure";
import { figureCaption } from "./figureCaption";
import type { FigureTheme } from "./figureTheme";
import { plotlyComparison } from "./plotlyComparison";
import { plotlyCurves } from "./plotlyCurves";
import { plotlyEmbedding } from "./plotlyEmbedding";
import { plotlyExplanation } from "./plotlyExplanation";

export type PlotlyObject = Readonly<Record<string, unknown>>;

export interface PlotlyFigure {
  readonly data: readonly PlotlyObject[];
  readonly layout: PlotlyObject;
}

export interface PlotlyOptions {
  readonly theme: FigureTheme;
  /** In CSS pixels: decides what stands side by side. */
  readonly width: number;
}

/** Draws only; title and caption are the caller's. */
export function plotlyFigure(figure: Figure, options: PlotlyOptions): PlotlyFigure {
  switch (figure.kind) {
    case "curves":
      return plotlyCurves(figure, options);
    case "embedding":
      return plotlyEmbedding(figure, options);
    case "comparison":
      return plotlyComparison(figure, options);
    case "explanation":
      return plotlyExplanation(figure, options);
  }
}

/** With title and caption inside, for front ends that show nothing but the Plotly figure. */
export function plotlyDocument(figure: Figure, options: PlotlyOptions): PlotlyFigure {
  const { data, layout } = plotlyFigure(figure, options);
  const { theme } = options;
  const caption = figureCaption(figure).join("<br>");
  const margin = layout.margin as { readonly t: number; readonly b: number };
  const captionHeight = 22 + 16 * (caption.split("<br>").length + 1);
  return {
    data,
    layout: {
      ...layout,
      height: (layout.height as number) + 40 + captionHeight,
      margin: { ...margin, t: margin.t + 40, b: margin.b + captionHeight },
      title: {
        text: figure.title,
        x: 0,
        xref: "paper",
        xanchor: "left",
        y: 1,
        yref: "container",
        yanchor: "top",
        pad: { t: 12 },
        subtitle: { text: "" },
        font: { size: 16, color: theme.foreground },
      },
      annotations: [
        ...((layout.annotations as readonly PlotlyObject[] | undefined) ?? []),
        {
          text: caption,
          xref: "paper",
          yref: "paper",
          x: 0,
          y: 0,
          xanchor: "left",
          yanchor: "top",
          yshift: -margin.b,
          align: "left",
          showarrow: false,
          font: { size: 12, color: theme.muted },
        },
      ],
    },
  };
}
