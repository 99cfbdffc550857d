import { box, type Outline } from "./enclosed";

export type Tool = "pan" | "box" | "lasso";

export interface GestureListener {
  /** By so many pixels. `turn`: a map of three dimensions is turned. */
  moved(dx: number, dy: number, turn: boolean): void;
  /** `at`: what stays where it is; undefined: the middle. */
  enlarged(factor: number, at?: readonly [number, number]): void;
  reset(): void;
  /** Undefined: the pointer has left. */
  hovered(at: readonly [number, number] | undefined): void;
  clicked(at: readonly [number, number]): void;
  outlined(outline: Outline): void;
  /** The outline has grown. */
  drawn(): void;
  cleared(): void;
  searched(): void;
  toolChanged(tool: Tool): void;
}

/** A drag that is shorter is a click. */
const CLICK_PX = 4;
const ARROW_PX = 40;
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [1, 0],
  ArrowRight: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};
/** So many pixels apart are the corners of a lasso. */
const LASSO_STEP_PX = 3;

/**
 * Pointer and keyboard of a stage: drag moves (or selects, with a tool or the Shift key), the wheel enlarges once the stage has the focus, so
 * that a notebook still scrolls over it.
 */
export class StageGestures {
  outline: Outline = [];
  readonly #element: HTMLElement;
  readonly #listener: GestureListener;
  readonly #ending = new AbortController();
  #tool: Tool = "pan";
  #drag:
    | {
        readonly from: readonly [number, number];
        last: readonly [number, number];
        readonly tool: Tool;
        readonly shift: boolean;
        far: boolean;
      }
    | undefined;
  #hover = 0;

  constructor(element: HTMLElement, listener: GestureListener) {
    this.#element = element;
    this.#listener = listener;
    const on = <Name extends keyof HTMLElementEventMap>(
      name: Name,
      handle: (event: HTMLElementEventMap[Name]) => void,
      options: AddEventListenerOptions = {},
    ) => element.addEventListener(name, handle, { ...options, signal: this.#ending.signal });
    on("pointerdown", (event) => this.#down(event));
    on("pointermove", (event) => this.#move(event));
    on("pointerup", (event) => this.#up(event));
    on("pointercancel", () => this.#giveUp());
    on("pointerleave", () => {
      cancelAnimationFrame(this.#hover);
      listener.hovered(undefined);
    });
    on("wheel", (event) => this.#wheel(event), { passive: false });
    on("dblclick", () => {
      if (this.#tool === "pan") listener.reset();
    });
    on("keydown", (event) => this.#key(event));
  }

  set tool(tool: Tool) {
    this.#tool = tool;
    this.#element.dataset.tool = tool;
  }

  dispose(): void {
    cancelAnimationFrame(this.#hover);
    this.#ending.abort();
  }

  #at(event: MouseEvent): readonly [number, number] {
    const { left, top } = this.#element.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  #down(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.#element.setPointerCapture(event.pointerId);
    this.#element.focus({ preventScroll: true });
    const at = this.#at(event);
    const tool = event.shiftKey && this.#tool === "pan" ? "lasso" : this.#tool;
    this.#drag = { from: at, last: at, tool, shift: event.shiftKey || event.altKey, far: false };
    this.#listener.hovered(undefined);
  }

  #move(event: PointerEvent): void {
    const at = this.#at(event);
    const drag = this.#drag;
    if (drag === undefined) {
      cancelAnimationFrame(this.#hover);
      this.#hover = requestAnimationFrame(() => this.#listener.hovered(at));
      return;
    }
    drag.far ||= Math.hypot(at[0] - drag.from[0], at[1] - drag.from[1]) >= CLICK_PX;
    if (!drag.far) return;
    if (drag.tool === "pan") {
      this.#listener.moved(at[0] - drag.last[0], at[1] - drag.last[1], !drag.shift);
      drag.last = at;
    } else if (drag.tool === "box") {
      this.outline = box(drag.from, at);
      this.#listener.drawn();
    } else if (this.outline.length === 0 || Math.hypot(at[0] - drag.last[0], at[1] - drag.last[1]) >= LASSO_STEP_PX) {
      this.outline = this.outline.length === 0 ? [drag.from, at] : [...this.outline, at];
      drag.last = at;
      this.#listener.drawn();
    }
  }

  #up(event: PointerEvent): void {
    const drag = this.#drag;
    const { outline } = this;
    this.#giveUp();
    if (drag === undefined) return;
    if (!drag.far) this.#listener.clicked(this.#at(event));
    else if (drag.tool !== "pan" && outline.length > 2) this.#listener.outlined(outline);
  }

  #giveUp(): void {
    this.#drag = undefined;
    if (this.outline.length > 0) {
      this.outline = [];
      this.#listener.drawn();
    }
  }

  #wheel(event: WheelEvent): void {
    const focused = this.#element.contains(document.activeElement);
    if (!focused && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 * event.deltaY : event.deltaY;
    this.#listener.enlarged(Math.exp(-Math.max(-240, Math.min(240, pixels)) * 0.0022), this.#at(event));
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!this.#act(event.key)) return;
    // The notebook would move its own selection by the same keys.
    event.preventDefault();
    event.stopPropagation();
  }

  #act(key: string): boolean {
    const arrow = ARROWS[key];
    if (arrow !== undefined) {
      this.#listener.moved(arrow[0] * ARROW_PX, arrow[1] * ARROW_PX, true);
      return true;
    }
    switch (key) {
      case "+":
      case "=":
        this.#listener.enlarged(1.3);
        return true;
      case "-":
        this.#listener.enlarged(1 / 1.3);
        return true;
      case "0":
        this.#listener.reset();
        return true;
      case "Escape":
        if (this.#drag !== undefined) this.#giveUp();
        else this.#listener.cleared();
        return true;
      case "/":
        this.#listener.searched();
        return true;
      case "b":
        this.#listener.toolChanged("box");
        return true;
      case "l":
        this.#listener.toolChanged("lasso");
        return true;
      case "p":
        this.#listener.toolChanged("pan");
        return true;
      default:
        return false;
    }
  }
}
