/**
 * A figure as one Jupyter output. Graft's renderer in VS Code draws our own type, JupyterLab the Plotly one where its extension is installed
 * and otherwise, as GitHub does, the SVG, a terminal the text; each stands alone, without a kernel. Graft's own comes first: front ends
 * that know both take it.
 */
import type { Figure } from "../../shared/figure";
import { paperTheme } from "../../shared/figureTheme";
import { FIGURE_MIME, type MimeBundle, PLOTLY_MIME } from "../../shared/mimeBundle";
import { plotlyDocument } from "../../shared/plotlyFigure";
import { figureText } from "./figureText";
import { figureSvg } from "./svg/figureSvg";

/** JupyterLab draws into the width it has; the layout only needs to know what fits side by side. */
const TYPICAL_WIDTH_PX = 900;

/**
 * A live figure is Graft's own type and text alone. Nobody reads a half-drawn SVG, and it would be made four times a second; and the Plotly
 * extension of JupyterLab draws a display once and leaves it so, whatever replaces it, unless its type has changed.
 */
export function figureBundle(figure: Figure): MimeBundle {
  const own = { [FIGURE_MIME]: figure };
  const text = { "text/plain": figureText(figure) };
  if (figure.live) return { ...own, ...text };
  return {
    ...own,
    [PLOTLY_MIME]: plotlyDocument(figure, { theme: paperTheme, width: TYPICAL_WIDTH_PX }),
    "image/svg+xml": figureSvg(figure),
    ...text,
  };
}
