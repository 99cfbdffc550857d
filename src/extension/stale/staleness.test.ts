import { describe, expect, it } from "vitest";
import { Staleness } from "./staleness";

interface Cell {
  readonly name: string;
  text: string;
}

class Notebook {
  readonly staleness = new Staleness<Cell>();
  readonly cells = new Map<string, Cell>();
  #executions = 0;

  /** `"cell: defines <- uses"`, e.g. `"b: y z <- x"`. The text of a cell is what it does. */
  run(...lines: readonly string[]): this {
    for (const line of lines) {
      const [name, text] = line.split(": ") as [string, string];
      const [defines, uses = ""] = text.split("<-");
      const cell = this.edit(name, text);
      const id = `execution ${++this.#executions}`;
      this.staleness.asked(id, cell, text);
      this.staleness.ran(id, words(defines!), words(uses));
    }
    return this;
  }

  edit(name: string, text: string): Cell {
    const cell = this.cells.get(name) ?? { name, text };
    cell.text = text;
    this.cells.set(name, cell);
    return cell;
  }

  /** `["b edited", "c x by a"]` */
  get stale(): readonly string[] {
    return [...this.cells.values()].flatMap((cell) =>
      this.staleness
        .reasonsOf(cell, cell.text)
        .map((reason) =>
          reason.kind === "edited" ? `${cell.name} edited` : `${cell.name} ${reason.name} by ${reason.by.name}`,
        ),
    );
  }
}

function words(text: string): string[] {
  return text.split(" ").filter((word) => word !== "");
}

describe("a name that a cell used", () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ["is fresh as long as nobody defines it again", ["a: x <-", "b: y <- x", "c: <- x y"], []],
    ["defined by another cell", ["a: x <-", "b: <- x", "c: x <-"], ["b x by c"]],
    ["defined again by the same cell", ["a: x <-", "b: <- x", "a: x <-"], ["b x by a"]],
    ["defined again, used again", ["a: x <-", "b: <- x", "a: x <-", "b: <- x"], []],
    ["defined only after it was used", ["b: <- x", "a: x <-"], ["b x by a"]],
    ["by the cell itself is its own matter", ["a: x <- x", "a: x <- x"], []],
    ["two of them", ["a: x y <-", "b: <- x y", "c: x <-", "a: x y <-"], ["b x by a", "b y by a"]],
    ["is passed on only when the cell between runs", ["a: x <-", "b: y <- x", "c: <- y", "a: x <-"], ["b x by a"]],
    ["and then the next one is stale", ["a: x <-", "b: y <- x", "c: <- y", "a: x <-", "b: y <- x"], ["c y by b"]],
    ["still counts when its cell defines it no longer", ["a: x <-", "b: <- x", "a: x <-", "a: z <-"], ["b x by a"]],
  ])("%s", (_, runs, stale) => {
    expect(new Notebook().run(...runs).stale).toEqual(stale);
  });
});

describe("the text of a cell", () => {
  it("that changes after its run makes it stale, until it is put back or run", () => {
    const notebook = new Notebook().run("a: x <-");
    notebook.edit("a", "y <-");
    expect(notebook.stale).toEqual(["a edited"]);
    notebook.edit("a", "x <-");
    expect(notebook.stale).toEqual([]);
    notebook.edit("a", "y <-");
    notebook.run("a: y <-");
    expect(notebook.stale).toEqual([]);
  });

  it("that changes while the cell waits or runs makes it stale too", () => {
    const notebook = new Notebook();
    const cell = notebook.edit("a", "x <-");
    notebook.staleness.asked("1", cell, "x <-");
    cell.text = "later";
    expect(notebook.stale).toEqual([]);
    notebook.staleness.ran("1", ["x"], []);
    expect(notebook.stale).toEqual(["a edited"]);
  });
});

describe("nothing is stale", () => {
  it("before it has run, or when it was dropped before it ran", () => {
    const notebook = new Notebook();
    notebook.staleness.asked("1", notebook.edit("a", "x <-"), "x <-");
    notebook.edit("a", "y <-");
    expect(notebook.stale).toEqual([]);
  });

  it("once the kernel has lost its variables", () => {
    const notebook = new Notebook().run("a: x <-", "b: <- x", "a: x <-");
    notebook.edit("a", "y <-");
    notebook.staleness.clear();
    expect(notebook.stale).toEqual([]);
    expect(notebook.run("b: <- x").stale).toEqual([]);
  });

  it("because of what other programs run", () => {
    const notebook = new Notebook().run("a: x <-", "b: <- x");
    expect(notebook.staleness.ran("of JupyterLab", ["x"], [])).toBe(false);
    expect(notebook.stale).toEqual([]);
  });
});
