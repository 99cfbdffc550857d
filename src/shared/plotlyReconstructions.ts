import type { ReconstructionsFigure } from "./figures/reconstructionsFigure";
import type { PlotlyFigure, PlotlyOptions } from "./plotlyFigure";
import { pixelLayout, label, plain } from "./plotlyLayout";
import { errorText, reconstructionsLayout } from "./reconstructionsLayout";

/** Pictures on axes that count pixels; an invisible point in the middle of each carries what hovering tells. */
export function plotlyReconstructions(figure: ReconstructionsFigure, { theme, width }: PlotlyOptions): PlotlyFigure {
  const { rows, pictureWidth, pictureHeight, height } = reconstructionsLayout(figure, width);
  const pictures = rows.flatMap(({ row, pictures: inRow }) => inRow.map((picture) => ({ name: row.name, ...picture })));
  return {
    data: [
      {
        type: "scatter",
        mode: "markers",
        x: pictures.map(({ x }) => x + pictureWidth / 2),
        y: pictures.map(({ y }) => y + pictureHeight / 2),
        customdata: pictures.map(({ index, name, error }) =>
          [`example ${index}`, plain(name), ...(error === undefined ? [] : [`error ${errorText(error)}`])].join("<br>"),
        ),
        marker: { size: Math.min(pictureWidth, pictureHeight), opacity: 0, color: theme.foreground },
        hovertemplate: "%{customdata}<extra></extra>",
      },
    ],
    layout: {
      ...pixelLayout(theme, width, height),
      images: pictures.map(({ image, x, y }) => ({
        ...{ source: image, xref: "x", yref: "y", x, y, sizex: pictureWidth, sizey: pictureHeight },
        ...{ xanchor: "left", yanchor: "top", sizing: "stretch", layer: "below" },
      })),
      annotations: rows.flatMap(({ words }) =>
        words.map(({ text, y }, line) =>
          label(
            plain(text),
            { x: 0, y, yanchor: "middle" },
            { size: 12, color: line === 0 ? theme.foreground : theme.muted },
          ),
        ),
      ),
    },
  };
}
