/**
 * A figure as Plotly JSON. Pure data in, pure data out: the renderer draws it with the editor's theme, JupyterLab draws the
 * same with `paperTheme`, and goldens keep it reviewable.
 */
import type { Figure } from "./figure";
import { wrapped } from "./cardLayout";
import { figureCaption } from "./figureCaption";
import { kindOf } from "./figureKinds";
import type { FigureTheme } from "./figureTheme";
import { plain } from "./plotlyLayout";

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
  return kindOf(figure).plotly(figure, options);
}

/** Between the figure and what its front end draws around it. */
const EDGE_PX = 8;
/** Of a letter of the caption, on average. */
const LETTER_PX = 6.4;
const MAXIMUM_LINES = 8;

/** With title and caption inside, for front ends that show nothing but the Plotly figure. */
export function plotlyDocument(figure: Figure, options: PlotlyOptions): PlotlyFigure {
  const { data, layout } = plotlyFigure(figure, options);
  const { theme, width } = options;
  const columns = Math.floor((width - 2 * EDGE_PX) / LETTER_PX);
  const caption = figureCaption(figure).flatMap((sentence) => wrapped(sentence, columns, MAXIMUM_LINES));
  const margin = layout.margin as { readonly t: number; readonly b: number; readonly l: number };
  const captionHeight = 22 + 16 * (caption.length + 1);
  return {
    data,
    layout: {
      ...layout,
      height: (layout.height as number) + 40 + captionHeight,
      margin: { ...margin, t: margin.t + 40, b: margin.b + captionHeight },
      title: {
        text: plain(figure.title),
        x: 0,
        xref: "container",
        xanchor: "left",
        y: 1,
        yref: "container",
        yanchor: "top",
        pad: { t: 12, l: EDGE_PX },
        subtitle: { text: "" },
        font: { size: 16, color: theme.foreground },
      },
      annotations: [
        ...((layout.annotations as readonly PlotlyObject[] | undefined) ?? []),
        {
          text: caption.map(plain).join("<br>"),
          xref: "paper",
          yref: "paper",
          x: 0,
          y: 0,
          xanchor: "left",
          yanchor: "top",
          xshift: EDGE_PX - margin.l,
          yshift: -margin.b,
          align: "left",
          showarrow: false,
          font: { size: 12, color: theme.muted },
        },
      ],
    },
  };
}
