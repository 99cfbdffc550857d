import type { ConfusionFigure } from "../shared/figures/confusionFigure";
import { pairWords } from "../shared/figures/confusionKind";
import type { PicturedExample } from "../shared/figures/picture";

/** The most confused pairs in words, each with the examples that the model was surest of. */
export function confusedPairsElement(figure: ConfusionFigure): HTMLElement {
  const list = document.createElement("ul");
  list.className = "graft-confused";
  list.setAttribute("aria-label", "Most confused");
  for (const pair of figure.confused) {
    const item = document.createElement("li");
    const words = document.createElement("span");
    words.textContent = pairWords(figure, pair);
    item.append(words, ...pair.examples.map(thumbnail));
    list.append(item);
  }
  return list;
}

function thumbnail({ index, picture }: PicturedExample): HTMLElement {
  if (picture?.kind === "image") {
    const image = document.createElement("img");
    image.src = picture.image;
    image.alt = image.title = `example ${index}`;
    return image;
  }
  const text = document.createElement("q");
  text.textContent = picture?.text ?? `example ${index}`;
  text.title = `example ${index}`;
  return text;
}

export const CONFUSED_CSS = `
.graft-confused { list-style: none; margin: 8px 2px 10px; padding: 0; font-size: 12px; display: flex; flex-wrap: wrap; gap: 10px 28px; }
.graft-confused li { display: grid; grid-template-columns: repeat(6, 44px); gap: 4px; align-content: start; }
.graft-confused span { grid-column: 1 / -1; font-variant-numeric: tabular-nums; }
.graft-confused img { width: 44px; height: 44px; object-fit: contain; border-radius: 2px; }
.graft-confused q {
  grid-column: 1 / -1;
  color: var(--vscode-descriptionForeground, inherit);
  overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
}
`;
