import type { Figure } from "../../shared/figure";
import { labHost } from "../../shared/labHost";
import { figureBundle } from "./figureBundle";

/** Fast enough to look alive, slow enough that a front end redraws in between: four a second. */
const INTERVAL_MS = 250;

let displays = 0;

export interface LiveFigure {
  /** Of the display that is replaced. */
  readonly displayId: string;
  /** Shows what `make` returns, at most four times a second; the last one offered is never lost. */
  update(make: () => Figure): void;
  /** Shows the final state at once. Later updates are ignored. */
  finish(figure: Figure): void;
}

/** A display that is replaced in place while work goes on. Nothing is shown before the first `update`. */
export function liveFigure(): LiveFigure {
  const displayId = `graft-figure-${Date.now().toString(36)}-${displays++}`;
  let shown = false;
  let ended = false;
  let lastMs = -Infinity;
  let pending: (() => Figure) | undefined;
  let timer: NodeJS.Timeout | undefined;

  function draw(figure: Figure): void {
    lastMs = performance.now();
    pending = undefined;
    clearTimeout(timer);
    timer = undefined;
    labHost().display(figureBundle(figure), { displayId, update: shown });
    shown = true;
  }

  return {
    displayId,
    update(make) {
      if (ended) return;
      const waitMs = lastMs + INTERVAL_MS - performance.now();
      if (waitMs <= 0) {
        draw(make());
        return;
      }
      pending = make;
      timer ??= setTimeout(() => {
        timer = undefined;
        if (pending !== undefined) draw(pending());
      }, waitMs).unref();
    },
    finish(figure) {
      if (ended) return;
      ended = true;
      draw(figure);
    },
  };
}
