import type { Figure } from "../shared/figure";
import { figureCaption } from "../shared/figureCaption";
import { plotlyFigure } from "../shared/plotlyFigure";
import { comparisonTableElement } from "./comparisonTableElement";
import { editorTheme, themeKind } from "./editorTheme";
import { Plotly } from "./plotly";

/** A webview lays an output out before it has a width. */
const FALLBACK_WIDTH_PX = 720;
const MAXIMUM_WIDTH_PX = 1080;

/**
 * One figure in one output element: title, plot, caption, and the table of a comparison. What was drawn is written on
 * the outermost element as `data-graft-*`, counted in the drawing itself, for tests and for people who inspect it.
 */
export class FigureView {
  readonly element: HTMLElement;
  readonly #root = document.createElement("section");
  readonly #title = document.createElement("h3");
  readonly #state = document.createElement("span");
  readonly #plot = document.createElement("div");
  readonly #details = document.createElement("div");
  readonly #caption = document.createElement("p");
  readonly #resizes: ResizeObserver;
  #figure: Figure | undefined;
  #drawing = false;
  #stale = false;
  #disposed = false;
  #width = 0;

  constructor(element: HTMLElement) {
    this.element = element;
    this.#root.className = "graft-figure";
    this.#title.className = "graft-title";
    this.#state.className = "graft-live";
    this.#plot.className = "graft-plot";
    this.#caption.className = "graft-caption";
    const heading = document.createElement("header");
    heading.append(this.#title, this.#state);
    this.#root.append(heading, this.#plot, this.#details, this.#caption);
    element.replaceChildren(this.#root);
    this.#resizes = new ResizeObserver(() => {
      if (this.#availableWidth() !== this.#width) this.redraw();
    });
    this.#resizes.observe(this.#root);
  }

  /** False once something else has taken the element over. */
  get attached(): boolean {
    return this.element.contains(this.#root);
  }

  show(figure: Figure): void {
    this.#figure = figure;
    this.redraw();
  }

  /** Draws the latest figure with the current theme and width. Calls while a drawing is under way become one more drawing. */
  redraw(): void {
    if (this.#drawing) {
      this.#stale = true;
      return;
    }
    const figure = this.#figure;
    if (figure === undefined || this.#disposed) return;
    this.#drawing = true;
    void this.#draw(figure)
      .catch((error: unknown) => {
        this.#root.dataset.graftFigure = "problem";
        this.#caption.textContent = `This figure can't be drawn: ${String(error)}`;
      })
      .finally(() => {
        this.#drawing = false;
        if (!this.#stale) return;
        this.#stale = false;
        this.redraw();
      });
  }

  dispose(): void {
    this.#disposed = true;
    this.#resizes.disconnect();
    Plotly.purge(this.#plot);
    this.#root.remove();
  }

  async #draw(figure: Figure): Promise<void> {
    this.#width = this.#availableWidth();
    this.#writeWords(figure);
    const { data, layout } = plotlyFigure(figure, { theme: editorTheme(), width: this.#width });
    await Plotly.react(
      this.#plot,
      data as Plotly.Data[],
      { ...layout, width: this.#width },
      {
        displaylogo: false,
        responsive: false,
        doubleClick: "reset",
        modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
        toImageButtonOptions: { format: "svg", filename: figure.title },
      },
    );
    if (!this.#disposed) this.#report(figure);
  }

  #writeWords(figure: Figure): void {
    this.#title.textContent = figure.title;
    this.#state.hidden = !figure.live;
    this.#state.textContent = liveText(figure);
    this.#caption.replaceChildren(
      ...figureCaption(figure).map((sentence) => {
        const line = document.createElement("span");
        line.textContent = sentence;
        return line;
      }),
    );
    this.#details.replaceChildren(...(figure.kind === "comparison" ? [comparisonTableElement(figure)] : []));
    this.#plot.setAttribute("role", "img");
    this.#plot.setAttribute("aria-label", [figure.title, ...figureCaption(figure)].join(". "));
  }

  #report(figure: Figure): void {
    const drawn = this.#root.dataset;
    drawn.graftFigure = figure.kind;
    drawn.graftTheme = themeKind();
    drawn.graftLive = String(figure.live);
    drawn.graftTraces = String(this.#plot.querySelectorAll(".scatterlayer .trace").length);
    drawn.graftPoints = String(this.#plot.querySelectorAll(".scatterlayer .point").length);
    drawn.graftRows = String(this.#details.querySelectorAll("tbody tr").length);
    drawn.graftDrawings = String(Number(drawn.graftDrawings ?? 0) + 1);
  }

  #availableWidth(): number {
    const width = Math.floor(this.#root.clientWidth);
    return width > 0 ? Math.min(width, MAXIMUM_WIDTH_PX) : FALLBACK_WIDTH_PX;
  }
}

function liveText(figure: Figure): string {
  switch (figure.kind) {
    case "curves": {
      const phase = figure.phases.at(-1);
      return phase === undefined ? "starting" : `${phase.name} · step ${phase.toStep.toLocaleString("en")}`;
    }
    case "embedding":
      return `iteration ${figure.iteration} of ${figure.iterations}`;
    case "comparison":
      return `${figure.rows.length} done`;
    case "explanation":
      return `${figure.examples.length} explained`;
  }
}
