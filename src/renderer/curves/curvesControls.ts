import { type CurveEntry, curveEntries, plainView } from "../../shared/drawnCurves";
import type { CurvesFigure, CurvesView } from "../../shared/figures/curvesFigure";
import { editorTheme } from "../editorTheme";

const MAXIMUM_SMOOTHING = 0.99;

/** Smoothing, the scale of the loss, and what is drawn. What a person has chosen stays while the training goes on. */
export class CurvesControls {
  readonly element = document.createElement("div");
  readonly #smoothing = document.createElement("input");
  readonly #weight = document.createElement("output");
  readonly #log = button("Log loss", "The loss on a logarithmic scale");
  readonly #legend = document.createElement("span");
  readonly #changed: () => void;
  #view: CurvesView | undefined;
  #offered = "";

  constructor(changed: () => void) {
    this.#changed = changed;
    this.element.className = "graft-curves-bar";
    this.#legend.className = "graft-curves-legend";
    this.#legend.setAttribute("role", "group");
    this.#legend.setAttribute("aria-label", "Lines");
    const label = document.createElement("label");
    label.title = "Moving average of loss and accuracy, as in TensorBoard; what was measured stays pale behind it";
    this.#smoothing.type = "range";
    this.#smoothing.min = "0";
    this.#smoothing.max = String(MAXIMUM_SMOOTHING);
    this.#smoothing.step = "0.01";
    this.#smoothing.setAttribute("aria-label", "Smoothing");
    this.#smoothing.addEventListener("input", () => this.#choose({ smoothing: Number(this.#smoothing.value) }));
    // The notebook must not take these keys for its own.
    this.#smoothing.addEventListener("keydown", (event) => event.stopPropagation());
    label.append("Smoothing ", this.#smoothing, this.#weight);
    this.#log.addEventListener("click", () => this.#choose({ logLoss: !(this.#view ?? plainView).logLoss }));
    this.element.append(label, this.#log, this.#legend);
  }

  /** The figure as a person wants to see it. */
  seen(figure: CurvesFigure): CurvesFigure {
    this.#view ??= figure.view ?? plainView;
    return { ...figure, view: this.#view };
  }

  /** Shows what can be chosen of this figure, and what is. */
  offer(figure: CurvesFigure): void {
    const { smoothing, logLoss, hidden } = figure.view ?? plainView;
    this.element.hidden = figure.runs.length === 0;
    this.#smoothing.value = String(smoothing);
    this.#weight.textContent = smoothing === 0 ? "off" : smoothing.toFixed(2);
    this.#log.setAttribute("aria-pressed", String(logLoss));
    const entries = curveEntries(figure, editorTheme());
    // Buttons are made anew only when they would differ: the one that has the focus stays.
    const offered = JSON.stringify(entries);
    if (offered !== this.#offered) {
      this.#offered = offered;
      this.#legend.replaceChildren(...entries.map((entry) => this.#toggle(entry, figure.runs.length > 1)));
    }
    for (const toggle of this.#legend.querySelectorAll("button")) {
      toggle.setAttribute("aria-pressed", String(!hidden.includes(toggle.dataset.key!)));
    }
  }

  #toggle({ key, name, colour, kind }: CurveEntry, several: boolean): HTMLButtonElement {
    const isDotted = several && kind === "train";
    const toggle = button(name, `Shows or hides ${name}`);
    toggle.dataset.key = key;
    const swatch = document.createElement("span");
    swatch.className = `graft-curves-swatch graft-curves-${kind}${isDotted ? " graft-curves-dotted" : ""}`;
    swatch.style.color = colour;
    toggle.prepend(swatch);
    toggle.addEventListener("click", () => {
      const { hidden } = this.#view ?? plainView;
      this.#choose({ hidden: hidden.includes(key) ? hidden.filter((other) => other !== key) : [...hidden, key] });
    });
    return toggle;
  }

  #choose(part: Partial<CurvesView>): void {
    this.#view = { ...(this.#view ?? plainView), ...part };
    this.#changed();
  }
}

function button(label: string, title: string): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  made.title = title;
  return made;
}

const LINE = "var(--vscode-contrastBorder, var(--vscode-widget-border, rgba(128,128,128,0.35)))";
const MUTED = "var(--vscode-descriptionForeground, inherit)";

export const CURVES_CSS = `
.graft-curves-bar { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 14px; margin: 4px 2px 6px; font-size: 12px; }
.graft-curves-bar[hidden] { display: none; }
.graft-curves-bar label { display: inline-flex; align-items: center; gap: 7px; color: ${MUTED}; }
.graft-curves-bar input { width: 110px; accent-color: var(--vscode-focusBorder, #0078d4); }
.graft-curves-bar output { min-width: 4ch; font-variant-numeric: tabular-nums; }
.graft-curves-bar button {
  font: inherit;
  color: inherit;
  background: transparent;
  border: 1px solid ${LINE};
  border-radius: 4px;
  padding: 2px 8px;
  min-height: 24px;
  box-sizing: border-box;
  cursor: pointer;
}
.graft-curves-bar button:hover { background: var(--vscode-toolbar-hoverBackground, rgba(128,128,128,0.18)); }
.graft-curves-bar :is(button, input):focus-visible { outline: 1px solid var(--vscode-focusBorder, #0078d4); outline-offset: 1px; }
.graft-curves-bar > button[aria-pressed="true"] {
  color: var(--vscode-button-foreground, #fff);
  background: var(--vscode-button-background, #0067b8);
  border-color: var(--vscode-button-background, #0067b8);
}
.vscode-high-contrast .graft-curves-bar > button[aria-pressed="true"] {
  color: var(--vscode-editor-background, #000);
  background: var(--vscode-editor-foreground, #fff);
  border-color: var(--vscode-editor-foreground, #fff);
}
.graft-curves-legend { display: inline-flex; flex-wrap: wrap; gap: 2px; }
.graft-curves-legend button { display: inline-flex; align-items: center; gap: 6px; border-color: transparent; max-width: 220px; }
.graft-curves-legend button[aria-pressed="false"] { opacity: 0.55; text-decoration: line-through; }
.graft-curves-swatch { display: inline-block; flex: none; width: 16px; height: 0; border-top: 2.5px solid currentColor; }
.graft-curves-dotted { border-top-style: dotted; }
.graft-curves-table { overflow-x: auto; }
.graft-curves-table :is(th, td) { padding-right: 16px; }
.graft-curves-step { border-top-width: 1px; opacity: 0.7; }
.graft-curves-run { height: 10px; width: 10px; border: 0; border-radius: 50%; background: currentColor; }
`;
