import type { FigureTheme } from "../../shared/figureTheme";
import type { EmbeddingFigure, EmbeddingFrame } from "../../shared/figures/embeddingFigure";
import type { SelectionAnswer } from "../../shared/selectionMessages";
import { classNames } from "./classNames";
import { bytesOf, type Colouring, colouringOf, coloursOf } from "./colouring";
import { legendElement, showHidden } from "./legendElement";
import { MapControls } from "./mapControls";
import { type MapPoints, mapPoints } from "./mapPoints";
import { MapStage } from "./mapStage";
import { LEVEL } from "./painter";
import { pointCard } from "./pointCard";
import { searchPoints } from "./searchPoints";
import type { SelectionLink } from "./selectionLink";
import { selectionWords } from "./selectionWords";

const LEGEND_PX = 168;
/** Below, the legend stands under the map. */
const NARROW_PX = 520;
const MOST_PINNED = 6;

export interface ViewTheme {
  readonly theme: FigureTheme;
  readonly dark: boolean;
  readonly accent: string;
}

/** A map that a person moves, searches and selects in. Redrawn in place: what is new of a figure replaces what was, the rest stays. */
export class EmbeddingView {
  readonly #host: HTMLElement;
  readonly #link: SelectionLink;
  readonly #stage: MapStage;
  readonly #controls: MapControls;
  readonly #body = document.createElement("div");
  readonly #hoverCard = document.createElement("div");
  readonly #pins = document.createElement("div");
  #legend: HTMLElement = document.createElement("div");
  #figure: EmbeddingFigure | undefined;
  #theme: ViewTheme | undefined;
  #map: MapPoints | undefined;
  #colouring: Colouring | undefined;
  #hidden = new Set<number>();
  #pinned: number[] = [];
  #found: Uint32Array | undefined;
  #selected = new Uint32Array();
  #answer: SelectionAnswer | undefined;
  #unlisten: () => void = () => undefined;
  #frame = 0;

  constructor(host: HTMLElement, link: SelectionLink) {
    this.#host = host;
    this.#link = link;
    this.#stage = new MapStage({
      hovered: (row, at) => this.#hover(row, at),
      clicked: (row) => this.#pin(row),
      selected: (rows) => this.#select(rows),
      cleared: () => this.#select(new Uint32Array()),
      searched: () => this.#controls.focusSearch(),
      toolChanged: (tool) => {
        this.#stage.tool = tool;
        this.#controls.tool = tool;
      },
    });
    this.#controls = new MapControls({
      coloured: () => this.#recolour(),
      searched: (query) => this.#search(query),
      searchTaken: () => this.#select(this.#found ?? new Uint32Array()),
      toolChosen: (tool) => (this.#stage.tool = tool),
      enlarged: (factor) => this.#stage.enlarge(factor),
      reset: () => this.#stage.reset(),
      frameChosen: (frame) => this.#showFrame(frame),
      used: () => this.#link.send({ kind: "useSelection", plot: this.#figure!.plot }),
      cleared: () => this.#select(new Uint32Array()),
      left: () => this.#stage.element.focus({ preventScroll: true }),
    });
    this.#body.className = "graft-map-body";
    this.#hoverCard.className = "graft-map-hover";
    this.#hoverCard.hidden = true;
    this.#pins.className = "graft-map-pins";
    this.#stage.element.append(this.#hoverCard);
    this.#body.append(this.#stage.element, this.#legend);
    host.classList.add("graft-map");
    host.append(this.#controls.bar, this.#body, this.#controls.frames, this.#pins, this.#controls.status);
  }

  show(figure: EmbeddingFigure, theme: ViewTheme, width: number): void {
    const before = this.#figure;
    const another = before?.plot !== figure.plot || before.size !== figure.size || before.dims !== figure.dims;
    this.#figure = figure;
    this.#theme = theme;
    if (another) {
      this.#forget();
      this.#unlisten();
      this.#unlisten = this.#link.listen(figure.plot, (answer) => {
        this.#answer = answer;
        this.#tell();
      });
    }
    // Whoever looks at the newest frame goes on to the next one.
    if (another || this.#frame === before.frames.length - 1) this.#frame = figure.frames.length - 1;
    this.#controls.offer(figure, this.#frame);
    this.#layOut(width);
    this.#place(another ? "whole" : before.live ? "follow" : "keep");
    this.#recolour();
    this.#stage.draw();
  }

  /** Points and names as a PNG, as a data URL. */
  picture(): string {
    return this.#stage.picture().toDataURL("image/png");
  }

  /** What has been drawn, for tests. */
  get report(): Readonly<Record<string, string>> {
    return {
      graftPoints: String(this.#stage.seen),
      graftTraces: String(this.#colouring?.kind === "groups" ? this.#colouring.groups.length : 1),
      graftSelected: String(this.#selected.length),
      graftPainter: this.#stage.painter.name,
    };
  }

  dispose(): void {
    this.#unlisten();
    this.#stage.dispose();
    this.#host.classList.remove("graft-map");
    this.#host.replaceChildren();
  }

  get #shown(): EmbeddingFrame {
    return this.#figure!.frames[this.#frame]!;
  }

  #forget(): void {
    this.#hidden.clear();
    this.#pinned = [];
    this.#found = undefined;
    this.#selected = new Uint32Array();
    this.#answer = undefined;
    this.#frame = 0;
  }

  #layOut(width: number): void {
    const narrow = width < NARROW_PX;
    this.#body.classList.toggle("graft-map-narrow", narrow);
    this.#body.style.setProperty("--graft-legend-width", `${LEGEND_PX}px`);
    const height = Math.round(Math.min(560, Math.max(340, width * 0.56)));
    this.#stage.resize({ width: Math.max(120, narrow ? width : width - LEGEND_PX), height });
    this.#body.style.setProperty("--graft-map-height", `${height}px`);
  }

  #place(view: "whole" | "follow" | "keep"): void {
    const figure = this.#figure!;
    this.#map = mapPoints(figure, this.#shown);
    this.#stage.setPoints(this.#map.points, figure.dims, view);
  }

  #showFrame(frame: number): void {
    this.#frame = frame;
    this.#place("keep");
    this.#recolour();
  }

  /** Colours, names, legend; also when only the theme is another one. */
  #recolour(): void {
    const { theme, dark } = this.#theme!;
    const colouring = colouringOf(this.#figure!, this.#shown, this.#controls.colourBy, theme, dark);
    if (colouring.kind !== this.#colouring?.kind || this.#controls.colourBy !== this.#legend.dataset.by) {
      this.#hidden.clear();
    }
    this.#colouring = colouring;
    const legend = legendElement(colouring, this.#hidden, {
      toggled: (group) => this.#toggle(group),
      isolated: (group) => this.#isolate(group),
    });
    legend.dataset.by = this.#controls.colourBy;
    this.#legend.replaceWith(legend);
    this.#legend = legend;
    this.#relook();
  }

  /** Which points are hidden, faint, plain or strong. */
  #relook(): void {
    const { theme, accent } = this.#theme!;
    const map = this.#map!;
    const colouring = this.#colouring!;
    const levels = new Uint8Array(map.size).fill(LEVEL.plain);
    const chosen = this.#found ?? (this.#selected.length > 0 ? this.#selected : undefined);
    if (chosen !== undefined) {
      levels.fill(LEVEL.faint);
      for (const row of chosen) levels[row] = LEVEL.strong;
    }
    if (colouring.kind === "groups" && this.#hidden.size > 0) {
      for (let row = 0; row < map.size; row++) if (this.#hidden.has(colouring.of[row]!)) levels[row] = LEVEL.hidden;
    }
    const opaque = theme.strong || map.size <= 400;
    this.#stage.setLooks(
      { ...coloursOf(colouring, opaque ? 255 : 215), levels },
      {
        ground: bytesOf(theme.background),
        text: theme.foreground,
        halo: theme.background,
        accent,
        fontFamily: theme.fontFamily,
      },
      colouring.kind === "groups" && this.#controls.colourBy !== "correctness" && this.#controls.colourBy !== "split"
        ? classNames(map, colouring, this.#hidden)
        : [],
    );
    this.#showPins();
    this.#tell();
  }

  #toggle(group: number): void {
    if (!this.#hidden.delete(group)) this.#hidden.add(group);
    showHidden(this.#legend, this.#hidden);
    this.#relook();
  }

  #isolate(group: number): void {
    const groups = this.#colouring?.kind === "groups" ? this.#colouring.groups.length : 0;
    const others = Array.from({ length: groups }, (_, i) => i).filter((i) => i !== group);
    const alone = !this.#hidden.has(group) && others.every((other) => this.#hidden.has(other));
    this.#hidden = new Set(alone ? [] : others);
    showHidden(this.#legend, this.#hidden);
    this.#relook();
  }

  #search(query: string): void {
    this.#found = searchPoints(this.#map!, query);
    this.#relook();
  }

  #select(rows: Uint32Array): void {
    const had = this.#selected.length > 0;
    this.#selected = rows as Uint32Array<ArrayBuffer>;
    this.#found = undefined;
    this.#controls.clearSearch();
    if (rows.length === 0) this.#pinned = [];
    this.#relook();
    if (rows.length > 0 || had) {
      this.#answer = undefined;
      const indices = Array.from(rows, (row) => this.#map!.indices[row]!);
      this.#link.send({ kind: "select", plot: this.#figure!.plot, indices });
    }
    this.#tell();
  }

  #hover(row: number | undefined, [x, y]: readonly [number, number]): void {
    const figure = this.#figure;
    const map = this.#map;
    this.#hoverCard.hidden = row === undefined;
    this.#mark(row);
    if (row === undefined || figure === undefined || map === undefined) return;
    this.#hoverCard.replaceChildren(pointCard(map, row, figure.pictures));
    const { width, height } = this.#stage.size;
    const { offsetWidth, offsetHeight } = this.#hoverCard;
    const left = x + 16 + offsetWidth > width ? x - 16 - offsetWidth : x + 16;
    const top = Math.max(4, Math.min(height - offsetHeight - 4, y - offsetHeight / 2));
    Object.assign(this.#hoverCard.style, { left: `${Math.max(4, left)}px`, top: `${top}px` });
  }

  #pin(row: number | undefined): void {
    if (row === undefined) return;
    this.#pinned = this.#pinned.includes(row)
      ? this.#pinned.filter((pinned) => pinned !== row)
      : [...this.#pinned, row].slice(-MOST_PINNED);
    this.#showPins();
  }

  #showPins(): void {
    const { pictures } = this.#figure!;
    this.#pins.replaceChildren(
      ...this.#pinned.map((row) => {
        const card = pointCard(this.#map!, row, pictures);
        const close = document.createElement("button");
        close.type = "button";
        close.textContent = "×";
        close.setAttribute("aria-label", `Unpin example ${this.#map!.indices[row]!}`);
        close.addEventListener("click", () => this.#pin(row));
        card.append(close);
        return card;
      }),
    );
    this.#mark(undefined);
  }

  #mark(hovered: number | undefined): void {
    this.#stage.setMarks([
      ...this.#pinned.map((row) => ({ row, kind: "pinned" as const })),
      ...(hovered === undefined ? [] : [{ row: hovered, kind: "hovered" as const }]),
    ]);
  }

  #tell(): void {
    const map = this.#map!;
    this.#controls.tell(
      selectionWords({
        found: this.#found?.length,
        selected: this.#selected.length,
        size: map.size,
        linked: this.#link.open,
        answer: this.#answer,
      }),
      this.#selected.length > 0,
      this.#answer?.kind === "taken" && this.#answer.variable !== undefined,
    );
    const figure = this.#host.closest<HTMLElement>("[data-graft-figure]");
    if (figure !== null) Object.assign(figure.dataset, this.report);
  }
}
