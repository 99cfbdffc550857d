import type { Figure } from "./figure";
import { kindOf } from "./figureKinds";

/** What stands under a figure, as short sentences. The same words in the editor, in JupyterLab, on GitHub, in a terminal. */
export function figureCaption(figure: Figure): string[] {
  return kindOf(figure).caption(figure);
}
