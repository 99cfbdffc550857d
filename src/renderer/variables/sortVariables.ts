import type { VariableDescription } from "../../shared/sessionState";

export const columns = ["name", "type", "shape", "dtype", "bytes"] as const;
export type Column = (typeof columns)[number];

export interface Order {
  readonly column: Column;
  readonly descending: boolean;
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** What has no value in the column comes last, in both directions; functions and classes come after data by name. */
export function sortVariables(
  variables: readonly VariableDescription[],
  { column, descending }: Order,
): readonly VariableDescription[] {
  const sign = descending ? -1 : 1;
  return [...variables].sort((a, b) => {
    const [left, right] = [valueOf(a, column), valueOf(b, column)];
    if (left === undefined || right === undefined) {
      return Number(left === undefined) - Number(right === undefined) || byName(a, b);
    }
    const code = column === "name" ? Number(a.kind === "code") - Number(b.kind === "code") : 0;
    return code || sign * compare(left, right) || byName(a, b);
  });
}

/** A click on a column's head: the other way round, or that column, numbers with the largest first. */
export function nextOrder(order: Order, column: Column): Order {
  return order.column === column
    ? { column, descending: !order.descending }
    : { column, descending: column === "bytes" || column === "shape" };
}

function valueOf(variable: VariableDescription, column: Column): string | number | undefined {
  return column === "shape" ? variable.shape?.reduce((product, size) => product * size, 1) : variable[column];
}

function compare(a: string | number, b: string | number): number {
  return typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b));
}

function byName(a: VariableDescription, b: VariableDescription): number {
  return collator.compare(a.name, b.name);
}
