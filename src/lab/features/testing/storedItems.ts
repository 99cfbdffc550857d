/** Items and rows for tests of stores: what a row must be follows from its number. */
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { GraftError } from "../../../shared/graftError";
import { DiskFeatureStore, type DiskFeatureStoreOptions } from "../diskFeatureStore";
import type { FeatureSpace } from "../featureStore";

export const width = 6;

export function itemOf(number: number): string {
  return createHash("sha256").update(`item ${number}`).digest("base64url");
}

export function spaceKey(name: string): string {
  return createHash("sha256").update(`space ${name}`).digest("hex");
}

export function rowOf(number: number): number[] {
  return Array.from({ length: width }, (_, i) => number + i / 8);
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

export async function append(space: FeatureSpace, numbers: readonly number[]): Promise<Float32Array> {
  return space.append(numbers.map(itemOf), Float32Array.from(numbers.flatMap(rowOf)));
}

/** The numbers whose rows are there. A row that is there and not what it must be is an error. */
export async function found(space: FeatureSpace, numbers: readonly number[]): Promise<number[]> {
  const into = new Float32Array(numbers.length * width).fill(-1);
  const missing = new Set(await space.read(numbers.map(itemOf), into));
  numbers.forEach((number, i) => {
    const row = [...into.subarray(i * width, (i + 1) * width)];
    const expected = missing.has(i) ? row.map(() => -1) : rowOf(number);
    if (row.join() !== expected.join()) throw new Error(`row ${number} is ${row.join()}`);
  });
  return numbers.filter((_, i) => !missing.has(i));
}

export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "graft-features-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface TestStore {
  readonly store: DiskFeatureStore;
  /** Codes of what it has told. */
  readonly problems: string[];
  readonly open: (name?: string) => Promise<FeatureSpace>;
}

export function storeIn(folder: string, options: Partial<DiskFeatureStoreOptions> = {}): TestStore {
  const problems: string[] = [];
  const report = (problem: GraftError): void => void problems.push(problem.code);
  const store = new DiskFeatureStore({ folder, report, ...options });
  return { store, problems, open: (name = "a") => store.open(spaceKey(name), width) };
}
