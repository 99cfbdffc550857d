/**
 * The cells that have run, in their order, as a chain. One whose names have all been declared again, and are used by no cell
 * in between, can no longer be reached and is let go, so that running a cell a thousand times keeps the chain short, also
 * while cells run faster than they are checked.
 */
import type * as typescript from "@tslab/typescript-for-tslab";
import type { TypeProblem } from "../../shared/typeProblem";
import type { CellProgram } from "./cellProgram";
import { cellProblems } from "./cellProblems";
import type { ExecutedCell } from "./languageLink";

const chain = "executed";

export class ExecutedCells {
  readonly #program: CellProgram;
  #cells: readonly ExecutedCell[] = [];
  readonly #unchecked = new Set<number>();
  #unreachable: number[] = [];
  /** Cells have been added or checked since it was last looked at which of them can be reached. */
  #isChanged = false;

  constructor(program: CellProgram) {
    this.#program = program;
  }

  add(cell: ExecutedCell, willBeChecked: boolean): void {
    this.#set([...this.#cells, cell]);
    this.#isChanged = true;
    if (willBeChecked) {
      this.#unchecked.add(cell.index);
    }
  }

  /** `gate`: with problems, the cell does not run and is forgotten. */
  check(index: number, gate: boolean): readonly TypeProblem[] {
    this.skip(index);
    const place = this.#cells.findIndex((cell) => cell.index === index);
    const problems = cellProblems(this.#program, this.#program.files(chain)[place]!);
    if (gate && problems.length > 0) {
      this.#forget((cell) => cell.index === index);
    }
    this.#forgetUnreachable();
    return problems;
  }

  /** The cell will not be checked after all. */
  skip(index: number): void {
    this.#unchecked.delete(index);
    this.#isChanged = true;
  }

  /** Indices of the cells that have been forgotten since this was asked before; those that can no longer be reached are forgotten now. */
  takeUnreachable(): readonly number[] {
    this.#forgetUnreachable();
    const taken = this.#unreachable;
    this.#unreachable = [];
    return taken;
  }

  /** Asks about a text behind all cells that have run. */
  behind<T>(text: string, ask: (path: string) => T): T {
    this.#forgetUnreachable();
    const cells = this.#cells;
    this.#set([...cells, { index: -1, text }]);
    try {
      return ask(this.#program.files(chain).at(-1)!);
    } finally {
      this.#set(cells);
    }
  }

  #set(cells: readonly ExecutedCell[]): void {
    this.#cells = cells;
    this.#program.setChain(
      chain,
      cells.map(({ index, text }) => ({ key: index < 0 ? "next" : index, text })),
    );
  }

  #forget(which: (cell: ExecutedCell) => boolean): void {
    this.#unreachable.push(...this.#cells.filter(which).map(({ index }) => index));
    this.#set(this.#cells.filter((cell) => !which(cell)));
  }

  #forgetUnreachable(): void {
    if (this.#isChanged) {
      this.#isChanged = false;
      this.#program.service();
      const reachable = new Set(this.#reachable());
      if (reachable.size < this.#cells.length) {
        this.#forget((cell) => !reachable.has(cell));
      }
    }
  }

  /** Those that wait for their check stay, and what they use. */
  #reachable(): readonly ExecutedCell[] {
    const files = this.#program.files(chain).map((path) => this.#program.sourceFile(path));
    const later = new Map<string, Meanings>();
    const kept: ExecutedCell[] = [];
    for (let i = files.length - 1; i >= 0; i--) {
      const cell = this.#cells[i]!;
      const declared = declaredNames(files[i]!);
      if (
        this.#unchecked.has(cell.index) ||
        changesGlobals(files[i]!) ||
        [...declared].some(([name, own]) => isReachable(own, later.get(name)))
      ) {
        kept.unshift(cell);
        for (const [name, own] of declared) {
          later.set(name, { ...merge(own, later.get(name)), used: false });
        }
        for (const name of usedNames(files[i]!)) {
          if (!declared.has(name)) {
            later.set(name, { ...merge(noMeaning, later.get(name)), used: true });
          }
        }
      }
    }
    return kept;
  }
}

/** How a name is declared, and whether a cell uses it that does not declare it. */
interface Meanings {
  readonly value: boolean;
  readonly type: boolean;
  readonly used: boolean;
}

const noMeaning: Meanings = { value: false, type: false, used: false };

/** A name that is declared again as both what it was is only reached by the cells in between. */
function isReachable(own: Meanings, later: Meanings = noMeaning): boolean {
  return later.used || (own.value && !later.value) || (own.type && !later.type);
}

function merge(a: Meanings, b: Meanings = noMeaning): Meanings {
  return { value: a.value || b.value, type: a.type || b.type, used: a.used || b.used };
}

function declaredNames(file: typescript.SourceFile): ReadonlyMap<string, Meanings> {
  const { locals } = file as unknown as { readonly locals?: ReadonlyMap<string, typescript.Symbol> };
  return new Map([...(locals ?? [])].map(([name, { flags }]) => [name, meaningsOf(flags)]));
}

/** An import can be anything. */
function meaningsOf(flags: typescript.SymbolFlags): Meanings {
  const isAlias = (flags & symbolFlags.alias) !== 0;
  return {
    value: isAlias || (flags & symbolFlags.value) !== 0,
    type: isAlias || (flags & symbolFlags.type) !== 0,
    used: false,
  };
}

/** TypeScript's `SymbolFlags`, whose groups are enums that exist at run time only in its module. */
const symbolFlags = { value: 111551, type: 788968 | 1920, alias: 2097152 };

/** Every identifier in the text, whatever it stands for. */
function usedNames(file: typescript.SourceFile): Iterable<string> {
  const { identifiers } = file as unknown as { readonly identifiers: ReadonlyMap<string, string> };
  return identifiers.keys();
}

/** `declare global` and `declare module` reach beyond their names. */
function changesGlobals(file: typescript.SourceFile): boolean {
  return file.text.includes("declare ");
}
