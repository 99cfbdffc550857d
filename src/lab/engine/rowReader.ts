import type { Tensor } from "../backbone/layerGraph";
import type { Features } from "./engine";
import { openStoredRows } from "./storedRows";

/** Reads single rows of features, wherever they lie. Reading is synchronous: it happens on the trainer thread, between two steps. */
export interface RowReader {
  /** Copies row `row` into `into`, beginning at index `at`. */
  read(row: number, into: Float32Array, at: number): void;
  /** Closes files. */
  close(): void;
}

/** Whoever opens closes. */
export function openRows(features: Features): RowReader {
  return isInMemory(features) ? readFromMemory(features) : openStoredRows(features);
}

export function isInMemory(features: Features): features is Tensor {
  return "data" in features;
}

function readFromMemory({ shape, data }: Tensor): RowReader {
  const size = shape.slice(1).reduce((product, length) => product * length, 1);
  return {
    read: (row, into, at) => into.set(data.subarray(row * size, (row + 1) * size), at),
    close: () => undefined,
  };
}
