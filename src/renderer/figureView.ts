import type { Figure } from "../shared/figure";
import type { EmbeddingFigure } from "../shared/figures/embeddingFigure";
import { figureCaption } from "../shared/figureCaption";
import { kindOf } from "../shared/figureKinds";
import { plotlyFigure } from "../shared/plotlyFigure";
import { CurvesControls } from "./curves/curvesControls";
import { accentColour, editorTheme, isDark, themeKind } from "./editorTheme";
import { EmbeddingView } from "./embedding/embeddingView";
import type { SelectionLink } from "./embedding/selectionLink";
import { figureDetails } from "./figureDetails";
import { Plotly } from "./plotly";
import { framedSvg } from "./save/framedSvg";
import { plotSvg } from "./save/plotSvg";
import { saveToolbar } from "./save/saveToolbar";

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
  readonly #link: SelectionLink;
  readonly #curves = new CurvesControls(() => this.redraw());
  #map: EmbeddingView | undefined;
  #figure: Figure | undefined;
  #drawing = false;
  #stale = false;
  #disposed = false;
  #width = 0;

  constructor(element: HTMLElement, link: SelectionLink) {
    this.element = element;
    this.#link = link;
    this.#root.className = "graft-figure";
    this.#title.className = "graft-title";
    this.#state.className = "graft-live";
    this.#plot.className = "graft-plot";
    this.#caption.className = "graft-caption";
    const heading = document.createElement("header");
    heading.append(
      this.#title,
      this.#state,
      saveToolbar(
        () => this.#figure && this.#seen(this.#figure),
        (figure) => this.#svg(figure),
      ),
    );
    this.#root.append(heading, this.#curves.element, this.#plot, this.#details, this.#caption);
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
    void this.#draw(this.#seen(figure))
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
    this.#map?.dispose();
    Plotly.purge(this.#plot);
    this.#root.remove();
  }

  /** As the person has chosen to see it. */
  #seen(figure: Figure): Figure {
    return figure.kind === "curves" ? this.#curves.seen(figure) : figure;
  }

  async #draw(figure: Figure): Promise<void> {
    this.#width = this.#availableWidth();
    this.#writeWords(figure);
    if (figure.kind === "embedding") this.#drawMap(figure);
    else await this.#drawPlot(figure);
    if (!this.#disposed) this.#report(figure);
  }

  #drawMap(figure: EmbeddingFigure): void {
    this.#map ??= new EmbeddingView(this.#plot, this.#link);
    const theme = editorTheme();
    this.#map.show(figure, { theme, dark: isDark(), accent: accentColour() }, this.#width);
  }

  async #drawPlot(figure: Figure): Promise<void> {
    this.#map?.dispose();
    this.#map = undefined;
    const { data, layout } = plotlyFigure(figure, { theme: editorTheme(), width: this.#width });
    await Plotly.react(
      this.#plot,
      data as Plotly.Data[],
      { ...layout, width: this.#width },
      {
        displaylogo: false,
        responsive: false,
        doubleClick: "reset",
        modeBarButtonsToRemove: ["toImage", "select2d", "lasso2d", "autoScale2d"],
      },
    );
  }

  /** As it is seen now: a map as it has been turned and coloured. */
  async #svg(figure: Figure): Promise<string> {
    const theme = editorTheme();
    if (this.#map === undefined) return plotSvg(figure, theme, this.#width);
    return framedSvg(figure, this.#map.picture(), theme);
  }

  #writeWords(figure: Figure): void {
    this.#title.textContent = figure.title;
    this.#state.hidden = !figure.live;
    this.#state.textContent = figure.live ? kindOf(figure).progress(figure) : "";
    this.#caption.replaceChildren(
      ...figureCaption(figure).map((sentence) => {
        const line = document.createElement("span");
        line.textContent = sentence;
        return line;
      }),
    );
    if (figure.kind === "curves") this.#curves.offer(figure);
    else this.#curves.element.hidden = true;
    this.#details.replaceChildren(...figureDetails(figure));
    // What people act in is not an image.
    this.#plot.setAttribute("role", figure.kind === "embedding" ? "group" : "img");
    this.#plot.setAttribute("aria-label", [figure.title, ...figureCaption(figure)].join(". "));
  }

  #report(figure: Figure): void {
    const drawn = this.#root.dataset;
    drawn.graftFigure = figure.kind;
    drawn.graftTheme = themeKind();
    drawn.graftLive = String(figure.live);
    drawn.graftTraces = String(this.#plot.querySelectorAll(".scatterlayer .trace").length);
    drawn.graftPoints = String(this.#plot.querySelectorAll(".scatterlayer .point").length);
    Object.assign(drawn, this.#map?.report);
    drawn.graftRows = String(this.#details.querySelectorAll("tbody tr").length);
    drawn.graftDrawings = String(Number(drawn.graftDrawings ?? 0) + 1);
  }

  #availableWidth(): number {
    const width = Math.floor(this.#root.clientWidth);
    return width > 0 ? Math.min(width, MAXIMUM_WIDTH_PX) : FALLBACK_WIDTH_PX;
  }
}
