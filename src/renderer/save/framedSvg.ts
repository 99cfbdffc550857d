import { wrapped } from "../../shared/cardLayout";
import type { Figure } from "../../shared/figure";
import { figureCaption } from "../../shared/figureCaption";
import type { FigureTheme } from "../../shared/figureTheme";
import { escapeMarkup } from "./escapeMarkup";

const MARGIN = 12;
const LINE = 17;

/** A picture that something else than Plotly has drawn, as a data URL, between the figure's title and caption. */
export async function framedSvg(figure: Figure, picture: string, theme: FigureTheme): Promise<string> {
  const image = new Image();
  image.src = picture;
  await image.decode();
  // Canvases have the pixels of the screen.
  const [width, height] = [image.naturalWidth / devicePixelRatio, image.naturalHeight / devicePixelRatio].map(
    Math.round,
  ) as [number, number];
  const caption = figureCaption(figure).flatMap((sentence) => wrapped(sentence, Math.floor(width / 6.4), 8));
  const top = 44;
  const [across, down] = [width + 2 * MARGIN, top + height + 10 + LINE * caption.length + MARGIN];
  const line = (text: string, y: number, size: number, fill: string, weight = 400) =>
    `<text x="${MARGIN}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${fill}">${escapeMarkup(text)}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${across}" height="${down}" viewBox="0 0 ${across} ${down}" font-family="${escapeMarkup(theme.fontFamily)}">`,
    `<rect width="100%" height="100%" fill="${theme.background}"/>`,
    line(figure.title, 28, 16, theme.foreground, 600),
    `<image href="${picture}" x="${MARGIN}" y="${top}" width="${width}" height="${height}"/>`,
    ...caption.map((text, i) => line(text, top + height + 10 + LINE * (i + 0.75), 12, theme.muted)),
    "</svg>",
  ].join("\n");
}
