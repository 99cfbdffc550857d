/** `display(value)` and `clearOutput()` in cells, and what the lab shows. */
import { randomUUID } from "node:crypto";
import type { DisplayOptions } from "../../shared/labHost";
import type { MimeBundle } from "../../shared/mimeBundle";
import { currentExecution } from "./execution";
import { mimeBundleOf } from "./mimeBundleOf";
import type { Reporter } from "./reporter";

/** An output that can be replaced later, also from another cell. */
export interface DisplayHandle {
  readonly id: string;
  update(value: unknown): void;
}

export function showBundle(reporter: Reporter, bundle: MimeBundle, options: DisplayOptions = {}): void {
  const execution = currentExecution();
  if (execution === undefined || execution.abandoned) {
    return;
  }
  const type = options.update === true ? "update_display_data" : "display_data";
  const transient = options.displayId === undefined ? {} : { display_id: options.displayId };
  reporter.publish(execution.parent, type, { data: bundle, metadata: {}, transient });
}

/** Makes the function that cells call. A value that looks like a MIME bundle is not one: objects offer theirs by `Symbol.for("graft.display")`. */
export function cellDisplay(reporter: Reporter): (value: unknown, options?: { readonly id?: string }) => DisplayHandle {
  return (value, options = {}) => {
    const id = options.id ?? randomUUID();
    const show = (shown: unknown, update: boolean): void =>
      showBundle(reporter, mimeBundleOf(shown) ?? { "text/plain": "undefined" }, { displayId: id, update });
    show(value, false);
    return { id, update: (next) => show(next, true) };
  };
}

/** Makes the function that cells call to empty their output; with `wait` as soon as there is something new to show. */
export function cellClearOutput(reporter: Reporter): (wait?: boolean) => void {
  return (wait = false) => {
    const execution = currentExecution();
    if (execution !== undefined && !execution.abandoned) {
      reporter.publish(execution.parent, "clear_output", { wait });
    }
  };
}
