/**
 * A figure as one Jupyter output. Graft's renderer in VS Code draws our own type, JupyterLab the Plotly one, GitHub the
 * SVG, a terminal the text; each stands alone, without a kernel.
 */
import type { Figure } from "../../shared/figure";
import { FIGURE_MIME, type MimeBundle } from "../../shared/mimeBundle";
import { figureText } from "./figureText";

export function figureBundle(figure: Figure): MimeBundle {
  return { [FIGURE_MIME]: figure, "text/plain": figureText(figure) };
}
