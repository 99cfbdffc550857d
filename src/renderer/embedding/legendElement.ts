import type { Colouring, Group } from "./colouring";

export interface LegendListener {
  /** Hides the group, or shows it again. */
  toggled(group: number): void;
  /** Shows this group alone, or all again when it is alone already. */
  isolated(group: number): void;
}

/** The shapes of `SHAPES` in a square of 12 by 12. */
const SHAPE_PATHS = [
  "M6 1a5 5 0 1 0 .01 0z",
  "M6 .5 11.5 6 6 11.5.5 6z",
  "M2 2h8v8H2z",
  "M6 1 11.5 10.5H.5z",
  "M4.3 1h3.4v3.3H11v3.4H7.7V11H4.3V7.7H1V4.3h3.3z",
  "M6 .5 7.6 4.3l4.1.3-3.1 2.7.9 4L6 9.2l-3.5 2.1.9-4L.3 4.6l4.1-.3z",
];

/** Groups as buttons that hide them, or the scale of a measure. */
export function legendElement(
  colouring: Colouring,
  hidden: ReadonlySet<number>,
  listener: LegendListener,
): HTMLElement {
  const legend = document.createElement("div");
  legend.className = "graft-map-legend";
  if (colouring.kind === "scale") {
    legend.append(scaleElement(colouring));
    return legend;
  }
  legend.setAttribute("role", "group");
  legend.setAttribute("aria-label", "Groups: click hides, double click shows one alone");
  colouring.groups.forEach((group, i) => {
    if (group.count > 0 || colouring.groups.length <= 20) legend.append(groupButton(group, i, hidden.has(i), listener));
  });
  return legend;
}

/** After some have been hidden or shown. The buttons stay: a double click is two clicks on the same one. */
export function showHidden(legend: HTMLElement, hidden: ReadonlySet<number>): void {
  for (const button of legend.querySelectorAll<HTMLElement>("[data-group]")) {
    button.setAttribute("aria-pressed", String(!hidden.has(Number(button.dataset.group))));
  }
}

function groupButton({ name, colour, shape, count }: Group, i: number, isHidden: boolean, listener: LegendListener) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.group = String(i);
  button.setAttribute("aria-pressed", String(!isHidden));
  button.title = `${name}: click hides or shows it, double click (Shift+Enter) shows it alone`;
  const swatch = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  swatch.setAttribute("viewBox", "0 0 12 12");
  swatch.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPE_PATHS[shape]!);
  path.setAttribute("fill", colour);
  swatch.append(path);
  const words = document.createElement("span");
  words.className = "graft-map-name";
  words.textContent = name;
  const number = document.createElement("span");
  number.className = "graft-map-count";
  number.textContent = count.toLocaleString("en");
  button.append(swatch, words, number);
  // A double click is two clicks first, which hide the group and show it again.
  button.addEventListener("click", () => listener.toggled(i));
  button.addEventListener("dblclick", () => listener.isolated(i));
  button.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.shiftKey) {
      event.preventDefault();
      listener.isolated(i);
    }
  });
  return button;
}

function scaleElement({ low, high, colours }: Extract<Colouring, { readonly kind: "scale" }>): HTMLElement {
  const scale = document.createElement("div");
  scale.className = "graft-map-scale";
  const bar = document.createElement("div");
  bar.style.background = `linear-gradient(to top, ${colours.join(", ")})`;
  const ends = document.createElement("span");
  for (const value of [high, (low + high) / 2, low]) {
    const end = document.createElement("span");
    const digits = Math.max(0, 1 - Math.floor(Math.log10(high - low)));
    end.textContent = value.toFixed(Math.min(20, digits));
    ends.append(end);
  }
  scale.append(bar, ends);
  return scale;
}
