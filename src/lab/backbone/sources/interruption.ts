import { labHost } from "../../../shared/labHost";

const everyMs = 50;

/** A signal that aborts when the person interrupts the cell; `end` is called in any case. */
export function watchInterruption(): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const look = (): void => {
    if (Atomics.load(labHost().interruptFlag, 0) !== 0) controller.abort();
  };
  look();
  const timer = setInterval(look, everyMs);
  return { signal: controller.signal, end: () => clearInterval(timer) };
}
