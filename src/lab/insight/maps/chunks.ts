/** Cuts 0 … length-1 into pieces of equal size for the members of a team; only the length decides where. */
export interface Chunks {
  readonly count: number;
  from(chunk: number): number;
  /** Exclusive. */
  to(chunk: number): number;
}

export function chunksOf(length: number, size: number): Chunks {
  return {
    count: Math.ceil(length / size),
    from: (chunk) => chunk * size,
    to: (chunk) => Math.min(length, (chunk + 1) * size),
  };
}
