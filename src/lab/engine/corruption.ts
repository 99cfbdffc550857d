import type { Rng } from "../../shared/rng";
import type { RowReader } from "./rowReader";

/** What is done to a row before a network has to restore it (Vincent et al. 2008, 2010). */
export type Corruption =
  /** Each number becomes 0 with the probability `rate`, in [0, 1). */
  | { readonly name: "masking"; readonly rate: number }
  /** Normal noise with this standard deviation is added to each number, in units of the model's input. */
  | { readonly name: "gaussian"; readonly deviation: number };

/** Changes the numbers from index `from` up to `to` in place. */
export function corrupt(values: Float32Array, from: number, to: number, corruption: Corruption, rng: Rng): void {
  switch (corruption.name) {
    case "masking":
      for (let i = from; i < to; i++) if (rng.uniform() < corruption.rate) values[i] = 0;
      return;
    case "gaussian":
      for (let i = from; i < to; i++) values[i]! += corruption.deviation * rng.normal();
      return;
  }
}

/** A reader that corrupts what it reads, anew each time. @param width Numbers in a row. */
export function corruptedRows(rows: RowReader, corruption: Corruption | undefined, width: number, rng: Rng): RowReader {
  if (corruption === undefined) return rows;
  return {
    read(row, into, at) {
      rows.read(row, into, at);
      corrupt(into, at, at + width, corruption, rng);
    },
    close: () => rows.close(),
  };
}
