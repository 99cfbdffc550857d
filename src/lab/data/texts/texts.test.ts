import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { datasets } from "../datasets";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "graft-texts-"))));
afterEach(() => rm(folder, { recursive: true }));

const columns = { text: "body", label: "kind" };

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const all = ({ size, text }: { size: number; text: (i: number) => string }) =>
  Array.from({ length: size }, (_, i) => text(i));

test("CSV: quotes, commas and line ends inside texts, a byte order mark, Windows' line ends", async () => {
  const path = await file(
    "mails.csv",
    '\ufeffid,kind,body,thread\r\n1,spam,"You have won, ""really""!\r\nClick",7\r\n2,ham,Lunch?,8\r\n\r\n3,ham,"",8\r\n',
  );
  const mails = await datasets.csv(path, { ...columns, group: "thread" });
  expect(all({ size: mails.size, text: (i) => mails.text(i) })).toEqual([
    'You have won, "really"!\r\nClick',
    "Lunch?",
    "",
  ]);
  expect([mails.kind, mails.classes, [...mails.labels], mails.groups]).toEqual([
    "text",
    ["ham", "spam"],
    [1, 0, 0],
    ["7", "8", "8"],
  ]);
});

test("TSV by its ending, other delimiters by name", async () => {
  const tsv = await datasets.csv(await file("mails.tsv", "body\tkind\nLunch, as usual?\tham\n"), columns);
  const semicolons = await file("mails.csv", "body;kind\nLunch, as usual?;ham\n");
  const csv = await datasets.csv(semicolons, { ...columns, delimiter: ";" });
  expect([tsv.text(0), csv.text(0)]).toEqual(["Lunch, as usual?", "Lunch, as usual?"]);
});

test("JSONL: numbers as labels are sorted by size, empty lines are passed over", async () => {
  const path = await file(
    "stars.jsonl",
    '{"body":"so so","kind":2}\n\n{"body":"\\u2028great","kind":10}\r\n{"body":"","kind":2}\n',
  );
  const stars = await datasets.jsonl(path, columns);
  expect([stars.classes, [...stars.labels], stars.text(1)]).toEqual([["2", "10"], [0, 1, 0], "\u2028great"]);
});

test("classes in an order of the person's", async () => {
  const path = await file("mails.csv", "body,kind\na,ham\nb,spam\n");
  const mails = await datasets.csv(path, { ...columns, classes: ["spam", "ham", "other"] });
  expect([...mails.labels]).toEqual([1, 0]);
});

test.each<[string, string, string, RegExp]>([
  ["text/no-column", "a.csv", "text,kind\nLunch?,ham\n", /a column "body" in a.csv, but found the columns text, kind/],
  [
    "text/no-column",
    "a.jsonl",
    '{"body":"x","class":1}',
    /a column "kind" in a.jsonl, but found the columns body, class/,
  ],
  ["text/bad-json", "a.jsonl", '{"body":"x","kind":1}\n{"body":', /line 2 of a.jsonl/],
  ["text/bad-json", "a.jsonl", '{"body":"x","kind":1}\n\n["y"]', /line 3 of a.jsonl/],
  [
    "text/value",
    "a.jsonl",
    '{"body":"x","kind":1}\n{"body":null,"kind":1}',
    /"body" in line 2 of a.jsonl, but found null/,
  ],
  ["text/value", "a.jsonl", '{"body":"x","kind":1}\n{"body":"y"}', /"kind" in line 2 of a.jsonl, but found none/],
  ["text/no-rows", "a.csv", "body,kind\n", /rows with texts in a.csv/],
  ["text/no-rows", "a.jsonl", "\n", /rows with texts in a.jsonl/],
  ["data/bad-csv", "a.csv", "body,kind\nLunch, as usual?,ham\n", /line 2/],
  ["data/bad-csv", "a.csv", 'body,kind\n"Lunch,ham\n', /a.csv/],
])("%s in %s: %s", async (code, name, content, message) => {
  const path = await file(name, content);
  const reading = name.endsWith(".csv") ? datasets.csv(path, columns) : datasets.jsonl(path, columns);
  await expect(reading).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
});

test("a class that was not named, a file that is not there", async () => {
  const path = await file("mails.csv", "body,kind\na,ham\nb,spam\n");
  await expect(datasets.csv(path, { ...columns, classes: ["ham", "eggs"] })).rejects.toMatchObject({
    code: "text/unknown-class",
    found: '"spam" in row 2 of mails.csv, below the names of the columns',
  });
  await expect(datasets.csv(join(folder, "none.csv"), columns)).rejects.toMatchObject({ code: "data/file-not-found" });
});
