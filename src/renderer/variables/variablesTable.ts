/** The table of the Variables view. Everything that a kernel tells goes in as text, never as HTML. */
import type { TensorMemory, VariableDescription, VariableKind } from "../../shared/sessionState";
import type { VariablesMessage } from "../../shared/variablesView";
import { formatBytes } from "./formatBytes";
import { columns, nextOrder, sortVariables, type Column, type Order } from "./sortVariables";

const glyphs: Readonly<Record<VariableKind, string>> = {
  tensor: "▦",
  model: "⬡",
  dataset: "▤",
  array: "[ ]",
  collection: "{ }",
  object: "◇",
  number: "#",
  text: "“”",
  boolean: "◐",
  nothing: "∅",
  code: "ƒ",
};

const titles: Readonly<Record<Column, string>> = {
  name: "Name",
  type: "Type",
  shape: "Shape",
  dtype: "DType",
  bytes: "Size",
};

export class VariablesTable {
  readonly #root: HTMLElement;
  readonly #onOrder: (order: Order) => void;
  #order: Order;
  #message: VariablesMessage | undefined;

  /** `onOrder` is told which order the person has chosen. */
  constructor(root: HTMLElement, order: Order, onOrder: (order: Order) => void) {
    this.#root = root;
    this.#order = order;
    this.#onOrder = onOrder;
  }

  show(message: VariablesMessage): void {
    this.#message = message;
    const { state, variables, tensors } = message;
    if (state !== "known") {
      this.#root.replaceChildren(note(state === "none" ? noKernel : waiting));
      return;
    }
    const focused = (document.activeElement as HTMLElement | null)?.dataset.column;
    this.#root.replaceChildren(
      ...(tensors === undefined ? [] : [tensorLine(tensors)]),
      variables.length === 0 ? note(noVariables) : this.#table(variables),
    );
    this.#root.querySelector<HTMLElement>(`[data-column="${focused ?? ""}"]`)?.focus();
  }

  #table(variables: readonly VariableDescription[]): HTMLElement {
    const table = element("table");
    const head = table.createTHead().insertRow();
    for (const column of columns) {
      head.append(this.#heading(column));
    }
    const value = element("th", "Value");
    value.scope = "col";
    head.append(value);
    const body = table.createTBody();
    for (const variable of sortVariables(variables, this.#order)) {
      body.append(rowOf(variable));
    }
    return table;
  }

  #heading(column: Column): HTMLElement {
    const { column: current, descending } = this.#order;
    const heading = element("th");
    heading.scope = "col";
    heading.className = column;
    const button = element("button", titles[column]);
    button.dataset.column = column;
    if (column === current) {
      heading.ariaSort = descending ? "descending" : "ascending";
    }
    button.addEventListener("click", () => {
      this.#order = nextOrder(this.#order, column);
      this.#onOrder(this.#order);
      this.show(this.#message!);
    });
    heading.append(button);
    return heading;
  }
}

const noKernel = "No kernel is running. Run a cell of a notebook whose kernel is Graft to see its variables.";
const waiting = "The kernel has not told its variables yet.";
const noVariables = "No cell has declared a variable yet.";

/** `12 tensors alive · 3.4 MB · 2 that no variable holds` */
function tensorLine({ count, bytes, leaked }: TensorMemory): HTMLElement {
  const line = element("p", `${plural(count, "tensor")} alive · ${formatBytes(bytes)} · `);
  line.className = "tensors";
  const leaks = element("span", leaked === undefined ? "leaks unknown" : plural(leaked, "leak"));
  leaks.className = leaked === undefined || leaked === 0 ? "" : "leaks";
  leaks.title =
    leaked === undefined
      ? "The variables hold too many objects to look through."
      : "Tensors that no variable holds any more, and that were not disposed of. tf.tidy() and dispose() free them.";
  line.append(leaks);
  return line;
}

function plural(count: number, what: string): string {
  return `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
}

function rowOf({ name, kind, type, shape, dtype, bytes, preview }: VariableDescription): HTMLElement {
  const row = element("tr");
  row.dataset.variable = name;
  const first = element("th");
  first.scope = "row";
  const icon = element("span", glyphs[kind]);
  icon.className = `icon ${kind}`;
  icon.ariaHidden = "true";
  first.append(icon, name);
  // Where it is narrow, these have no columns.
  first.title = [`${name}: ${type}`, dtype, bytes === undefined ? undefined : formatBytes(bytes)]
    .filter(Boolean)
    .join(", ");
  row.append(
    first,
    cell("type", type),
    cell("shape", shape === undefined ? "" : shape.length === 0 ? "scalar" : shape.join(" × ")),
    cell("dtype", dtype ?? ""),
    cell("bytes", bytes === undefined ? "" : formatBytes(bytes), bytes === undefined ? "" : `${bytes} bytes`),
    cell("value", preview, preview),
  );
  return row;
}

function cell(name: string, text: string, title = ""): HTMLElement {
  const made = element("td", text);
  made.className = name;
  made.title = title;
  return made;
}

function note(text: string): HTMLElement {
  const made = element("p", text);
  made.className = "note";
  return made;
}

function element<Name extends keyof HTMLElementTagNameMap>(name: Name, text = ""): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
