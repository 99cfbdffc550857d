import type { EmbeddingFigure } from "../../shared/figures/embeddingFigure";
import { type ColourBy, colouringsOf } from "./colouring";
import type { Tool } from "./stageGestures";

export interface ControlListener {
  coloured(): void;
  searched(query: string): void;
  /** What is found is to be selected. */
  searchTaken(): void;
  toolChosen(tool: Tool): void;
  enlarged(factor: number): void;
  reset(): void;
  frameChosen(frame: number): void;
  used(): void;
  cleared(): void;
  /** The keyboard goes back to the map. */
  left(): void;
}

const TOOLS: readonly { readonly tool: Tool; readonly label: string; readonly key: string }[] = [
  { tool: "pan", label: "Move", key: "P" },
  { tool: "box", label: "Box", key: "B" },
  { tool: "lasso", label: "Lasso", key: "L" },
];

/** What stands above and below a map: colour, search, tools; frames; what is selected. */
export class MapControls {
  readonly bar = element("div", "graft-map-bar");
  readonly frames = element("div", "graft-map-frames");
  readonly status = element("div", "graft-map-status");
  readonly #colour = element("select");
  readonly #search = element("input");
  readonly #tools = new Map<Tool, HTMLButtonElement>();
  readonly #slider = element("input");
  readonly #frameName = element("output");
  readonly #words = element("span");
  readonly #use = button("Use Selection", "Inserts a cell that reads the selected examples");
  readonly #clear = button("Clear", "Clears the selection (Esc)");

  constructor(listener: ControlListener) {
    const colour = element("label");
    colour.append("Colour by ", this.#colour);
    this.#colour.addEventListener("change", () => listener.coloured());
    this.#search.type = "search";
    this.#search.placeholder = "Search label, prediction, index…";
    this.#search.title = "A name, an index, label:cat, predicted:cat, split:test, wrong; Enter selects what is found";
    this.#search.setAttribute("aria-label", "Search points");
    this.#search.addEventListener("input", () => listener.searched(this.#search.value));
    this.#search.addEventListener("keydown", (event) => {
      // The notebook must not take these keys for its own.
      event.stopPropagation();
      if (event.key === "Enter") listener.searchTaken();
      if (event.key === "Escape") {
        this.#search.value = "";
        listener.searched("");
      }
      if (event.key === "Enter" || event.key === "Escape") listener.left();
    });
    const tools = element("span", "graft-map-tools");
    tools.setAttribute("role", "group");
    tools.setAttribute("aria-label", "What dragging does");
    for (const { tool, label, key } of TOOLS) {
      const choose = button(label, `${label} (${key})`);
      choose.dataset.tool = tool;
      choose.addEventListener("click", () => {
        this.tool = tool;
        listener.toolChosen(tool);
      });
      this.#tools.set(tool, choose);
      tools.append(choose);
    }
    this.tool = "pan";
    const views = element("span", "graft-map-tools");
    for (const [label, title, act] of [
      ["+", "Closer (+); with the wheel once the map has been clicked", () => listener.enlarged(1.4)],
      ["−", "Farther (-)", () => listener.enlarged(1 / 1.4)],
      ["Whole", "The whole map (0, or double click)", () => listener.reset()],
    ] as const) {
      const view = button(label, title);
      view.addEventListener("click", act);
      views.append(view);
    }
    this.bar.append(colour, this.#search, tools, views);

    this.#slider.type = "range";
    this.#slider.min = "0";
    this.#slider.setAttribute("aria-label", "Frame");
    this.#slider.addEventListener("input", () => {
      this.#nameFrame();
      listener.frameChosen(Number(this.#slider.value));
    });
    this.#slider.addEventListener("keydown", (event) => event.stopPropagation());
    this.frames.append(this.#slider, this.#frameName);

    this.#words.setAttribute("role", "status");
    this.#use.addEventListener("click", () => listener.used());
    this.#clear.addEventListener("click", () => listener.cleared());
    this.status.append(this.#words, this.#use, this.#clear);
  }

  get colourBy(): ColourBy {
    return this.#colour.value as ColourBy;
  }

  set tool(tool: Tool) {
    for (const [name, choose] of this.#tools) choose.setAttribute("aria-pressed", String(name === tool));
  }

  /** What this figure can be coloured by, and its frames. */
  offer(figure: EmbeddingFigure, frame: number): void {
    const chosen = this.#colour.value;
    const possible = colouringsOf(figure);
    if (this.#colour.options.length !== possible.length) {
      this.#colour.replaceChildren(...possible.map((by) => new Option(by, by)));
      if (possible.some((by) => by === chosen)) this.#colour.value = chosen;
    }
    this.#names = figure.frames.map(({ name }) => name);
    this.frames.hidden = this.#names.length < 2;
    this.#slider.max = String(this.#names.length - 1);
    this.#slider.value = String(frame);
    this.#nameFrame();
  }

  focusSearch(): void {
    this.#search.focus();
  }

  clearSearch(): void {
    this.#search.value = "";
  }

  tell(words: string, selected: boolean, usable: boolean): void {
    if (this.#words.textContent !== words) this.#words.textContent = words;
    this.#clear.hidden = !selected;
    this.#use.hidden = !usable;
  }

  #names: readonly string[] = [];

  #nameFrame(): void {
    const name = this.#names[Number(this.#slider.value)] ?? "";
    this.#frameName.textContent = name;
    this.#slider.setAttribute("aria-valuetext", name);
  }
}

function element<Name extends keyof HTMLElementTagNameMap>(name: Name, className = ""): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.className = className;
  return made;
}

function button(label: string, title: string): HTMLButtonElement {
  const made = element("button");
  made.type = "button";
  made.textContent = label;
  made.title = title;
  return made;
}
