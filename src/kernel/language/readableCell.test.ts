import { expect, it } from "vitest";
import { readableCell } from "./readableCell";

it.each([
  ["const x = 1;", "const x = 1;"],
  ["using held = open();", "const held = open();"],
  ["{ await using held = open(); }", "{ const       held = open(); }"],
  ["for (using each of all) {}", "for (const each of all) {}"],
  ["const using = 1; using;", "const using = 1; using;"],
  ['import a from "./a.json" with { type: "json" };', 'import a from "./a.json"                      ;'],
  ['// with\nconst text = "using with";', '// with\nconst text = "using with";'],
])("%s", (text, readable) => {
  expect(readableCell(text)).toEqual({ readable, isValid: true });
  expect(readable).toHaveLength(text.length);
});

it("leaves what is no syntax of today as it is", () => {
  expect(readableCell("using x = ;")).toEqual({ readable: "using x = ;", isValid: false });
});
