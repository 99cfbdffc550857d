import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const folder = fileURLToPath(new URL(".", import.meta.url));

test("what the extension says is in l10n/bundle.l10n.json, from which translations are made", () => {
  const bundle = JSON.parse(readFileSync(new URL("../../l10n/bundle.l10n.json", import.meta.url), "utf8")) as Readonly<
    Record<string, string>
  >;
  const said = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .flatMap((file) => [...readFileSync(`${folder}/${file}`, "utf8").matchAll(/\bl10n\.t\(\s*("(?:[^"\\]|\\.)*")/g)])
    .map(([, literal]) => JSON.parse(literal ?? '""') as string);
  expect(said.length).toBeGreaterThan(100);
  // Made anew by: npx @vscode/l10n-dev export --outDir l10n src/extension
  expect([...new Set(said)].filter((text) => bundle[text] === undefined)).toEqual([]);
});
