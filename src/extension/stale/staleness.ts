/**
 * Which cells show what is no longer so: their text changed after they ran, or a name that they used has since been defined
 * by another cell. Knows texts and names only; nothing is run again because of it.
 */
export type StaleReason<Cell> =
  { readonly kind: "edited" } | { readonly kind: "redefined"; readonly name: string; readonly by: Cell };

interface Run {
  /** Runs are counted from 1, in the order in which they began. */
  readonly number: number;
  readonly text: string;
  readonly uses: readonly string[];
}

interface Definition<Cell> {
  readonly number: number;
  readonly cell: Cell;
}

/** `Cell`: anything that stays the same object for as long as the cell is in the notebook. */
export class Staleness<Cell extends object> {
  readonly #asked = new Map<string, { readonly cell: Cell; readonly text: string }>();
  #runs = new WeakMap<Cell, Run>();
  readonly #definitions = new Map<string, Definition<Cell>>();
  #count = 0;

  /** A cell waits for the kernel. */
  asked(executionId: string, cell: Cell, text: string): void {
    this.#asked.set(executionId, { cell, text });
  }

  /** The kernel has begun to run it. False for executions that no cell of ours has asked for. */
  ran(executionId: string, defines: readonly string[], uses: readonly string[]): boolean {
    const asked = this.#asked.get(executionId);
    if (asked === undefined) {
      return false;
    }
    this.#asked.delete(executionId);
    const number = ++this.#count;
    this.#runs.set(asked.cell, { number, text: asked.text, uses });
    for (const name of defines) {
      this.#definitions.set(name, { number, cell: asked.cell });
    }
    return true;
  }

  /** Empty for a cell that is as it ran, and for one that this kernel has not run. */
  reasonsOf(cell: Cell, text: string): readonly StaleReason<Cell>[] {
    const run = this.#runs.get(cell);
    if (run === undefined) {
      return [];
    }
    const edited: readonly StaleReason<Cell>[] = run.text === text ? [] : [{ kind: "edited" }];
    const redefined = run.uses.flatMap((name): StaleReason<Cell>[] => {
      const definition = this.#definitions.get(name);
      return definition !== undefined && definition.number > run.number
        ? [{ kind: "redefined", name, by: definition.cell }]
        : [];
    });
    return [...edited, ...redefined];
  }

  /** The kernel has lost its variables: no cell has run. */
  clear(): void {
    this.#asked.clear();
    this.#runs = new WeakMap();
    this.#definitions.clear();
  }
}
