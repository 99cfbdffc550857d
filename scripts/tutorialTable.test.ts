import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readBands } from "./keyNumbers";
import { inProject } from "./project";
import { type TutorialRow, withTutorialTable } from "./tutorialTable";

const marks = "above\n\n<!-- tutorials -->\n\nold\n\n<!-- /tutorials -->\n\nbelow\n";
const band = { mean: 0.8567, interval: [0.8401, 0.8733], band: [0.8, 0.9] } as const;
const same = { mean: 20_000, interval: [20_000, 20_000], band: [20_000, 20_000] } as const;
const bands = { "01-first": { seeds: 10, numbers: { head: band, passes: same } } };
const first = { file: "01-first.ipynb", title: "01 · First", headline: ["head", "passes"] };

test("the table has the headline numbers of the tutorials whose bands are known", () => {
  const second = { file: "02-second.ipynb", title: "02 · Second", headline: ["unknown"] };
  expect(withTutorialTable(marks, [first, second], bands)).toBe(`above

<!-- tutorials -->

| notebook | number | mean [95 % interval] | seeds |
| --- | --- | --- | ---: |
| [01 · First](notebooks/01-first.ipynb) | head | 0.857 [0.840, 0.873] | 10 |
|  | passes | 20,000 |  |

<!-- /tutorials -->

below
`);
});

test("a README without marks, and a headline that is no key number, are told", () => {
  expect(() => withTutorialTable("above", [first], bands)).toThrow("<!-- tutorials -->");
  expect(() => withTutorialTable(marks, [{ ...first, headline: ["tail"] }], bands)).toThrow('"tail"');
});

test("the README's table is what the recorded bands make of it", async () => {
  const tutorials = JSON.parse(readFileSync(inProject("notebooks", "tutorials.json"), "utf8")) as TutorialRow[];
  const cells = (text: string) => text.replace(/ +|-+/g, " ").replace(/ +/g, " ");
  const readme = readFileSync(inProject("README.md"), "utf8");
  expect(cells(withTutorialTable(readme, tutorials, await readBands()))).toBe(cells(readme));
});
