/**
 * The numbers that a tutorial stands for: the JSON that its cell tagged `key-numbers` prints. `notebooks/bands.json` holds what they came to over
 * several seeds (`npm run notebooks:bands`); a run is held against that.
 */
import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { type Notebook, tagsOf } from "../src/cli/notebook";
import { studentInterval } from "../src/lab/compare/studentInterval";
import { inProject } from "./project";

export type KeyNumbers = Readonly<Record<string, number>>;

/** What one key number came to over the seeds. */
export interface Band {
  readonly mean: number;
  /** 95 % interval of the mean (Student's t). */
  readonly interval: readonly [number, number];
  /** What a single run may come to. */
  readonly band: readonly [number, number];
}

/** By tutorial, then by number. */
export type Bands = Readonly<
  Record<string, { readonly seeds: number; readonly numbers: Readonly<Record<string, Band>> }>
>;

export const bandsFile = inProject("notebooks", "bands.json");

export async function readBands(): Promise<Bands> {
  return JSON.parse(await readFile(bandsFile, "utf8")) as Bands;
}

const keyNumbersSchema = v.record(v.string(), v.pipe(v.number(), v.finite()));

/** @throws Error when there is no such cell, or what it printed is no JSON of numbers. */
export function keyNumbersOf(notebook: Notebook): KeyNumbers {
  const cell = notebook.cells.find((candidate) => tagsOf(candidate).includes("key-numbers"));
  if (cell === undefined) throw new Error('there is no cell tagged "key-numbers"');
  const printed = (cell.outputs ?? [])
    .filter(({ output_type: type }) => type === "stream")
    .map(({ text }) => (Array.isArray(text) ? text.join("") : String(text)))
    .join("");
  return v.parse(keyNumbersSchema, JSON.parse(printed));
}

/** To five digits: so the file has them, and so a run is held against it. */
export function asRecorded(value: number): number {
  return Number(value.toPrecision(5));
}

/** Single runs may lie as far beyond the seeds' lowest and highest values as a quarter of what is between these. */
export function bandOf(values: readonly number[]): Band {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = (high - low) / 4;
  return { ...studentInterval(values), band: [low - margin, high + margin] };
}

/** Sentences about the key numbers of an executed tutorial that are missing, unknown, or outside what they came to over the seeds, where these were recorded. */
export function numberProblems(notebook: Notebook, recorded: Bands[string] | undefined): string[] {
  let numbers: KeyNumbers;
  try {
    numbers = keyNumbersOf(notebook);
  } catch (error) {
    return [`key numbers: ${(error as Error).message}`];
  }
  if (recorded === undefined) return [];
  const bands = recorded.numbers;
  const names = new Set([...Object.keys(numbers), ...Object.keys(bands)]);
  return [...names].flatMap((name) => {
    const found = numbers[name];
    const band = bands[name]?.band;
    if (found === undefined) return [`"${name}" is missing among the key numbers`];
    if (band === undefined) return [`"${name}" has no band: run npm run notebooks:bands`];
    const [low, high] = band;
    const number = asRecorded(found);
    return number >= low && number <= high ? [] : [`"${name}" is ${number}, outside its band of ${low} to ${high}`];
  });
}
