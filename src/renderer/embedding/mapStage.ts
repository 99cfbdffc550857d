import { Camera, project, type StageSize } from "./camera";
import { enclosed, nearest } from "./enclosed";
import { newPainter } from "./newPainter";
import { LEVEL, type Looks, type PointPainter } from "./painter";
import { StageGestures, type Tool } from "./stageGestures";
import { type ClassName, drawMarks, type Mark, type MarkColours } from "./stageMarks";

/** How far from a point the pointer still means it. */
const REACH_PX = 12;
const SETTLE_MS = 140;

export interface StageColours extends MarkColours {
  /** Red, green, blue in bytes. */
  readonly ground: readonly [number, number, number];
}

export interface StageListener {
  /** `at`: place on the stage in pixels. */
  hovered(row: number | undefined, at: readonly [number, number]): void;
  clicked(row: number | undefined, at: readonly [number, number]): void;
  selected(rows: Uint32Array): void;
  cleared(): void;
  searched(): void;
  toolChanged(tool: Tool): void;
}

/** The points themselves with what lies over them, and all that pointer and keyboard do to them. */
export class MapStage {
  readonly element = document.createElement("div");
  readonly painter: PointPainter = newPainter();
  readonly #dots = document.createElement("canvas");
  readonly #over = document.createElement("canvas");
  readonly #gestures: StageGestures;
  #camera = new Camera(2);
  #size: StageSize = { width: 1, height: 1 };
  #points = new Float32Array();
  #places = new Float32Array();
  #placed = false;
  #looks: Looks | undefined;
  #colours: StageColours | undefined;
  #names: readonly ClassName[] = [];
  #marks: readonly Mark[] = [];
  #frame = 0;
  #settle = 0;
  #moving = false;
  /** How often points were painted. */
  paints = 0;

  constructor(listener: StageListener) {
    this.element.className = "graft-map-stage";
    this.element.tabIndex = 0;
    this.element.setAttribute("role", "application");
    this.element.setAttribute("aria-roledescription", "map of points");
    this.element.setAttribute(
      "aria-label",
      "Map. Arrows move it, plus and minus enlarge it, 0 shows all, slash searches, B and L select by dragging, Escape clears the selection.",
    );
    this.#over.className = "graft-map-over";
    this.element.append(this.#dots, this.#over);
    this.#gestures = new StageGestures(this.element, {
      moved: (dx, dy, turn) => {
        if (turn && this.#camera.dims === 3) this.#camera.orbit(dx, dy);
        else this.#camera.pan(dx, dy, this.#size);
        this.#move();
      },
      enlarged: (factor, at) => {
        this.#camera.enlarge(factor, at ?? [this.#size.width / 2, this.#size.height / 2], this.#size);
        this.#move();
      },
      reset: () => this.reset(),
      hovered: (at) => listener.hovered(at === undefined ? undefined : this.#pick(at), at ?? [0, 0]),
      clicked: (at) => listener.clicked(this.#pick(at), at),
      outlined: (outline) => listener.selected(enclosed(this.#located(), outline, this.#isSeen)),
      drawn: () => this.#drawOver(),
      cleared: () => listener.cleared(),
      searched: () => listener.searched(),
      toolChanged: (tool) => listener.toolChanged(tool),
    });
  }

  get size(): StageSize {
    return this.#size;
  }

  set tool(tool: Tool) {
    this.#gestures.tool = tool;
  }

  /** How many points are not hidden. */
  get seen(): number {
    let seen = 0;
    for (const level of this.#looks?.levels ?? []) if (level !== LEVEL.hidden) seen++;
    return seen;
  }

  resize(size: StageSize): void {
    if (size.width === this.#size.width && size.height === this.#size.height) return;
    this.#size = size;
    const ratio = pixelRatio();
    for (const canvas of [this.#dots, this.#over]) {
      canvas.width = Math.round(size.width * ratio);
      canvas.height = Math.round(size.height * ratio);
      canvas.style.width = `${size.width}px`;
      canvas.style.height = `${size.height}px`;
    }
    this.#request();
  }

  /**
   * `view`: another map is seen `whole`; of one that still grows the same part is seen (`follow`); one looks at the same place of the map, whatever lies
   * there now (`keep`).
   */
  setPoints(points: Float32Array, dims: 2 | 3, view: "whole" | "follow" | "keep"): void {
    if (this.#camera.dims !== dims) this.#camera = new Camera(dims);
    if (view !== "keep") this.#camera.frame(points);
    if (view === "whole") this.#camera.reset();
    this.#points = points as Float32Array<ArrayBuffer>;
    this.#places = new Float32Array((3 * points.length) / dims);
    this.painter.setPoints(points, dims);
    this.#request();
  }

  setLooks(looks: Looks, colours: StageColours, names: readonly ClassName[]): void {
    this.#looks = looks;
    this.#colours = colours;
    this.#names = names;
    this.painter.setLooks(looks);
    this.#request();
  }

  setMarks(marks: readonly Mark[]): void {
    this.#marks = marks;
    this.#drawOver();
  }

  reset(): void {
    this.#camera.reset();
    this.#request();
  }

  enlarge(factor: number): void {
    this.#camera.enlarge(factor, [this.#size.width / 2, this.#size.height / 2], this.#size);
    this.#request();
  }

  /** Points and what lies over them, as one picture. */
  picture(): HTMLCanvasElement {
    const canvas = document.createElement("canvas");
    canvas.width = this.#dots.width;
    canvas.height = this.#dots.height;
    const context = canvas.getContext("2d")!;
    context.drawImage(this.#dots, 0, 0);
    context.drawImage(this.#over, 0, 0);
    return canvas;
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#settle);
    this.#gestures.dispose();
    this.painter.dispose();
  }

  /** Draws now, not with the next frame. */
  draw(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#placed = false;
    const colours = this.#colours;
    const context = this.#dots.getContext("2d", { alpha: false });
    if (context === null || colours === undefined || this.#size.width <= 1) return;
    const { zoom, depths } = this.#camera;
    this.painter.paint(context, {
      width: this.#dots.width,
      height: this.#dots.height,
      matrix: this.#camera.matrix(this.#size),
      diameter: pixelRatio() * diameterOf(this.#points.length / this.#camera.dims, zoom),
      depths,
      background: colours.ground,
      moving: this.#moving,
    });
    this.paints++;
    this.#drawOver();
  }

  readonly #isSeen = (row: number): boolean => (this.#looks?.levels[row] ?? LEVEL.hidden) !== LEVEL.hidden;

  #pick(at: readonly [number, number]): number | undefined {
    return nearest(this.#located(), at, REACH_PX, this.#isSeen);
  }

  #located(): Float32Array {
    if (!this.#placed) {
      project(this.#points, this.#camera.dims, this.#camera.matrix(this.#size), this.#size, this.#places);
      this.#placed = true;
    }
    return this.#places;
  }

  #drawOver(): void {
    const colours = this.#colours;
    const context = this.#over.getContext("2d");
    if (context === null || colours === undefined) return;
    const ratio = pixelRatio();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.#size.width, this.#size.height);
    const place = (point: Float32Array): readonly [number, number] => {
      const to = new Float32Array(3);
      project(point, this.#camera.dims, this.#camera.matrix(this.#size), this.#size, to);
      return [to[0]!, to[1]!];
    };
    const { dims } = this.#camera;
    const marks = this.#marks.map((mark) => ({
      ...mark,
      at: place(this.#points.subarray(mark.row * dims, (mark.row + 1) * dims)),
    }));
    const names = this.#names.map(({ name, at }) => ({ name, at: place(at) }));
    drawMarks(context, colours, names, marks, this.#gestures.outline);
  }

  #move(): void {
    this.#moving = true;
    this.#request();
    clearTimeout(this.#settle);
    this.#settle = window.setTimeout(() => {
      this.#moving = false;
      this.#request();
    }, SETTLE_MS);
  }

  #request(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.draw());
  }
}

function pixelRatio(): number {
  return Math.min(2, window.devicePixelRatio || 1);
}

/** In CSS pixels: many points are small, and grow a little when one comes closer. */
function diameterOf(size: number, zoom: number): number {
  const whole = Math.max(2.2, Math.min(8, 23 * Math.max(1, size) ** -0.18));
  return whole * Math.max(0.8, Math.min(2.6, zoom ** 0.35));
}
