import { describe, expect, it } from "vitest";
import type { VariableDescription } from "../../shared/sessionState";
import { nextOrder, sortVariables, type Order } from "./sortVariables";

const one = (name: string, more: Partial<VariableDescription> = {}): VariableDescription => ({
  name,
  kind: "number",
  type: "number",
  preview: "1",
  ...more,
});

const variables = [
  one("x10", { kind: "array", type: "Array", shape: [5] }),
  one("X2"),
  one("batch", { kind: "tensor", type: "Tensor", shape: [2, 3], dtype: "float32", bytes: 24 }),
  one("after", { kind: "code", type: "function" }),
  one("a", { kind: "tensor", type: "Tensor", shape: [4], dtype: "bool", bytes: 4 }),
];

describe("sortVariables", () => {
  it.each<[Order["column"], boolean, string]>([
    ["name", false, "a batch X2 x10 after"],
    ["name", true, "x10 X2 batch a after"],
    ["type", false, "x10 after X2 a batch"],
    ["shape", true, "batch x10 a after X2"],
    ["shape", false, "a x10 batch after X2"],
    ["dtype", false, "a batch after X2 x10"],
    ["bytes", true, "batch a after X2 x10"],
  ])("by %s, descending: %s", (column, descending, names) => {
    expect(sortVariables(variables, { column, descending }).map(({ name }) => name)).toEqual(names.split(" "));
  });
});

describe("nextOrder", () => {
  it("turns a column round, and begins with the largest number", () => {
    const start: Order = { column: "name", descending: false };
    expect(nextOrder(start, "name")).toEqual({ column: "name", descending: true });
    expect(nextOrder(start, "bytes")).toEqual({ column: "bytes", descending: true });
    expect(nextOrder(start, "type")).toEqual({ column: "type", descending: false });
  });
});
