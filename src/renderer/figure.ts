/**
 * Draws Graft's figures under notebook cells. VS Code calls `renderOutputItem` again with the same element when an output is
 * replaced; the figure in it is then updated in place, with its zoom and hidden classes. It follows the editor's theme and
 * width for as long as it is shown. Nothing is fetched, and a payload that can't be drawn becomes a readable message.
 */
import type { ActivationFunction } from "vscode-notebook-renderer";
import { FigureView } from "./figureView";
import { followTheme } from "./editorTheme";
import { SelectionLink } from "./embedding/selectionLink";
import { parseFigure } from "./parseFigure";
import { installStyles } from "./styles";

export const activate: ActivationFunction = (context) => {
  installStyles(document);
  const link = new SelectionLink(context);
  const views = new Map<string, FigureView>();
  followTheme(() => {
    for (const view of views.values()) view.redraw();
  });

  function discard(id: string): void {
    views.get(id)?.dispose();
    views.delete(id);
  }

  return {
    renderOutputItem(item, element) {
      const parsed = parseFigure(() => item.json());
      if (!parsed.ok) {
        discard(item.id);
        showProblem(element, parsed.problem);
        return;
      }
      let view = views.get(item.id);
      if (view?.element !== element || !view.attached) {
        discard(item.id);
        view = new FigureView(element, link);
        views.set(item.id, view);
      }
      view.show(parsed.figure);
    },
    disposeOutputItem(id) {
      if (id !== undefined) discard(id);
      else for (const known of [...views.keys()]) discard(known);
    },
  };
};

function showProblem(element: HTMLElement, problem: string): void {
  const box = document.createElement("div");
  box.className = "graft-problem";
  box.dataset.graftFigure = "problem";
  box.setAttribute("role", "alert");
  const title = document.createElement("strong");
  title.textContent = "This figure can't be drawn.";
  const text = document.createElement("div");
  text.textContent = `${problem} Run the cell again; if that doesn't help, the notebook was saved by a newer Graft.`;
  box.append(title, text);
  element.replaceChildren(box);
}
