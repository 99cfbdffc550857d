import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { expanded, snippets } from "./testing/snippets";

const library = readFileSync(new URL("../../lab/index.ts", import.meta.url), "utf8");

it("there is one for each step of a transfer", () => {
  expect(snippets.map(({ prefix }) => prefix.replace("graft-", ""))).toEqual(
    "load head train fine-tune embedding curves confusion compare save export".split(" "),
  );
});

it.each(snippets)("$prefix imports only what the library exports, and all that it uses of it", (snippet) => {
  const code = expanded(snippet);
  const imported = /import \{ (.*) \} from "graft";/.exec(code)?.[1]?.split(", ") ?? [];
  for (const name of imported) {
    expect(library).toMatch(new RegExp(`^export (type )?\\{[^}]*\\b${name}\\b|^export function ${name}\\b`, "m"));
    expect(code.replace(/^import.*$/m, "")).toMatch(new RegExp(`\\b${name}\\b`));
  }
  const called = [...code.matchAll(/(?<![.\w])(\w+)(?=[.(])/g)].map(([name]) => name);
  const variables = ["model", "digits", "backbone", "plot", "console", "same", "rows"];
  expect(called.filter((name) => !imported.includes(name) && !variables.includes(name))).toEqual([]);
});
