import type { Figure } from "../../shared/figure";
import { download } from "./download";
import { type DrawSvg, figureFile, fileKinds, fileName } from "./figureFile";

const descriptions = {
  png: "Save the figure as a PNG image, twice its size on the screen",
  svg: "Save the figure as an SVG image",
  csv: "Save the figure's numbers as CSV",
  html: "Save the figure as a page: picture, caption and numbers",
} as const;

/** "Save as PNG SVG CSV HTML": quiet until the figure is pointed at or a key brings one here. `figure`: the one that is shown now. */
export function saveToolbar(figure: () => Figure | undefined, drawSvg: DrawSvg): HTMLElement {
  const toolbar = document.createElement("div");
  toolbar.className = "graft-save";
  toolbar.setAttribute("role", "toolbar");
  toolbar.setAttribute("aria-label", "Save the figure");
  const words = document.createElement("span");
  words.textContent = "Save as";
  const buttons = fileKinds.map((kind) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = kind.toUpperCase();
    button.title = descriptions[kind];
    button.setAttribute("aria-label", descriptions[kind]);
    button.onclick = () => {
      const shown = figure();
      if (shown === undefined) return;
      button.disabled = true;
      void figureFile(shown, kind, drawSvg)
        .then((file) => download(file, fileName(shown, kind)))
        .catch((error: unknown) => {
          words.textContent = `Could not be saved: ${error instanceof Error ? error.message : String(error)}`;
        })
        .finally(() => {
          button.disabled = false;
        });
    };
    return button;
  });
  toolbar.append(words, ...buttons);
  return toolbar;
}

export const SAVE_CSS = `
.graft-save { margin-left: auto; display: flex; align-items: baseline; gap: 2px; font-size: 11px; opacity: 0.7; transition: opacity 120ms; }
.graft-figure:hover .graft-save, .graft-save:focus-within { opacity: 1; }
.graft-save span { color: var(--vscode-descriptionForeground, inherit); margin-right: 4px; white-space: nowrap; }
.graft-save button {
  font: inherit;
  color: var(--vscode-textLink-foreground, inherit);
  background: none;
  border: 1px solid transparent;
  border-radius: 3px;
  padding: 1px 5px;
  cursor: pointer;
}
.graft-save button:hover { background: var(--vscode-toolbar-hoverBackground, rgba(128,128,128,0.16)); }
.graft-save button:focus-visible { outline: 1px solid var(--vscode-focusBorder, currentColor); }
.graft-save button:disabled { opacity: 0.5; cursor: progress; }
.vscode-high-contrast .graft-save, .vscode-high-contrast-light .graft-save { opacity: 1; }
@media (prefers-reduced-motion: reduce) { .graft-save { transition: none; } }
`;
