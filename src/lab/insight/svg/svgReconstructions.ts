import { figureCaption } from "../../../shared/figureCaption";
import type { ReconstructionsFigure } from "../../../shared/figures/reconstructionsFigure";
import { reconstructionsLayout } from "../../../shared/reconstructionsLayout";
import { text, theme, titled, WIDTH } from "./svgParts";

/** A row of pictures for each stage, its words at the left. */
export function svgReconstructions(figure: ReconstructionsFigure): string {
  const { rows, pictureWidth, pictureHeight, height } = reconstructionsLayout(figure, WIDTH - 8);
  const body = rows.flatMap(({ words, pictures }) => [
    ...words.map((line, place) =>
      text(4, line.y + 4, line.text, { size: 12, fill: place === 0 ? theme.foreground : theme.muted }),
    ),
    ...pictures.map(
      ({ image, x, y }) =>
        `<image href="${image}" x="${x + 4}" y="${y}" width="${pictureWidth}" height="${pictureHeight}"/>`,
    ),
  ]);
  return titled(figure.title, figureCaption(figure), height + 8, body);
}
