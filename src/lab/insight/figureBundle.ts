/**
 * A figure as one Jupyter output. Graft's renderer in VS Code draws our own type, JupyterLab the Plotly one, GitHub the
 * SVG, a terminal the text; each stands alone, without a kernel. Graft's own comes first: front ends that know both take it.
 */
import type { Figure } from "../../shared/figure";
import { paperTheme } from "../../shared/figureTheme";
import { FIGURE_MIME, type MimeBundle, PLOTLY_MIME } from "../../shared/mimeBundle";
import { plotlyDocument } from "../../shared/plotlyFigure";
import { figureText } from "./figureText";
import { figureSvg } from "./svg/figureSvg";

/** JupyterLab draws into the width it has; the layout only needs to know what fits side by side. */
const TYPICAL_WIDTH_PX = 900;

/** While a figure is live it carries no SVG: nobody reads a half-drawn one, and it would be made four times a second. */
export function figureBundle(figure: Figure): MimeBundle {
  return {
    [FIGURE_MIME]: figure,
    [PLOTLY_MIME]: plotlyDocument(figure, { theme: paperTheme, width: TYPICAL_WIDTH_PX }),
    ...(figure.live ? {} : { "image/svg+xml": figureSvg(figure) }),
    "text/plain": figureText(figure),
  };
}
