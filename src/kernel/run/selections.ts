import { type Selectable, selectExamples } from "../../shared/selectable";
import type { SelectionRequest } from "../io/sessionComms";
import type { Reporter } from "./reporter";

/**
 * What people select in figures, brought to the objects of the cells that drew them. Those are held weakly: a map that no variable holds goes
 * with its features and pictures.
 */
export class Selections {
  readonly #reporter: Reporter;
  readonly #nameOf: (object: object) => string | undefined;
  readonly #targets = new Map<string, WeakRef<Selectable>>();
  #offered = false;

  constructor(reporter: Reporter, nameOf: (object: object) => string | undefined) {
    this.#reporter = reporter;
    this.#nameOf = nameOf;
  }

  /** True once a front end has said that people can select in its figures. */
  get offered(): boolean {
    return this.#offered;
  }

  offer(plot: string, target: Selectable): void {
    for (const [name, known] of this.#targets) {
      if (known.deref() === undefined) {
        this.#targets.delete(name);
      }
    }
    this.#targets.set(plot, new WeakRef(target));
  }

  take(request: SelectionRequest): void {
    this.#offered = true;
    if (request.kind === "offerSelections") {
      return;
    }
    const { plot, indices } = request;
    const target = this.#targets.get(plot)?.deref();
    target?.[selectExamples](indices);
    const variable = target === undefined ? undefined : this.#nameOf(target);
    this.#reporter.session("{}", {
      kind: "selected",
      plot,
      known: target !== undefined,
      ...(variable === undefined ? {} : { variable }),
    });
  }
}
