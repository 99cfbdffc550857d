import type { FigureTheme } from "./figureTheme";
import type { PlotlyObject } from "./plotlyFigure";

/** What all figures have in common. */
export function baseLayout(theme: FigureTheme): PlotlyObject {
  return {
    autosize: true,
    // The same value on every redraw keeps zoom and hidden classes while data changes.
    uirevision: "graft",
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: theme.fontFamily, size: 12, color: theme.muted },
    hoverlabel: {
      bgcolor: theme.background,
      bordercolor: theme.grid,
      font: { family: theme.fontFamily, size: 12, color: theme.foreground },
      align: "left",
    },
    showlegend: false,
    modebar: { bgcolor: "rgba(0,0,0,0)", color: theme.muted, activecolor: theme.foreground, orientation: "h" },
  };
}

/** Of a figure that is laid out in pixels from its upper left corner, without axes. */
export function pixelLayout(theme: FigureTheme, width: number, height: number): PlotlyObject {
  return {
    ...baseLayout(theme),
    height: height + 40,
    // The buttons that appear on hover stand above it.
    margin: { l: 0, r: 0, t: 32, b: 8 },
    hovermode: "closest",
    dragmode: "pan",
    xaxis: { visible: false, range: [0, width] },
    yaxis: { visible: false, range: [height, 0] },
  };
}

/** A quiet axis: hairline grid, no frame. */
export function baseAxis(theme: FigureTheme): PlotlyObject {
  return {
    gridcolor: theme.grid,
    gridwidth: 1,
    zeroline: false,
    showline: false,
    ticks: "",
    ticklabelstandoff: 4,
    tickfont: { size: 11, color: theme.muted },
    automargin: false,
  };
}

/** Text on the figure, placed by its left edge unless `place` says otherwise. */
export function label(text: string, place: PlotlyObject, font: PlotlyObject): PlotlyObject {
  return { text, showarrow: false, xanchor: "left", align: "left", font, ...place };
}

/** Text that Plotly would otherwise read as its small HTML. */
export function plain(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
