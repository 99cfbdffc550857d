import type { Figure } from "../../shared/figure";
import type { FigureTheme } from "../../shared/figureTheme";
import { plotlyDocument } from "../../shared/plotlyFigure";
import { Plotly } from "../plotly";

/** Drawn anew by Plotly, beside the page, with title and caption, on the editor's ground. */
export async function plotSvg(figure: Figure, theme: FigureTheme, width: number): Promise<string> {
  const { data, layout } = plotlyDocument(figure, { theme, width });
  const height = layout.height as number;
  const url = await Plotly.toImage(
    {
      data: data as Plotly.Data[],
      layout: { ...layout, width, paper_bgcolor: theme.background },
    },
    { format: "svg", width, height },
  );
  return decodeURIComponent(url.slice(url.indexOf(",") + 1));
}
