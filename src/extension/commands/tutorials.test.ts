import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { FIRST_TUTORIAL } from "../contributions";
import type { Tutorial } from "./dialogues/openTutorial";

const folder = new URL("../../../notebooks/", import.meta.url);
const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, folder), "utf8"));

interface Notebook {
  readonly cells: readonly { readonly source: readonly string[] | string }[];
}

it("notebooks/tutorials.json lists every notebook there, in order, by its heading", () => {
  const tutorials = read("tutorials.json") as readonly Tutorial[];
  const notebooks = readdirSync(folder).filter((name) => /^\d\d-.*\.ipynb$/.test(name) && !name.includes(".executed"));
  expect(tutorials.map(({ file }) => file)).toEqual(notebooks.sort());
  expect(tutorials[0]?.file).toBe(FIRST_TUTORIAL);
  for (const { file, title, topic, minutes } of tutorials) {
    const { cells } = read(file) as Notebook;
    expect([cells[0]?.source].flat().join("").split("\n")[0], file).toBe(`# ${title}`);
    expect(topic.length, file).toBeLessThan(100);
    expect(minutes, file).toBeGreaterThan(0);
  }
});
