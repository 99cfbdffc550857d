/**
 * A kernel as the benchmarks see it: the thinnest client that does the job, so that what is measured is the kernel. Every
 * transport waits for the same: reply AND idle.
 */
export interface BenchKernel {
  /** Resolves when reply and idle have both come. Throws when the reply says that the code failed. */
  execute(code: string): Promise<void>;
  /** Ends the process. */
  end(): Promise<void>;
}

/** Starts a kernel; resolves when it has answered its first `kernel_info_request`. */
export type StartKernel = () => Promise<BenchKernel>;

/** The same work in a kernel's own language. */
export interface BenchCells {
  readonly sum: string;
  /** `i`: a number that is another one each time. */
  readonly declaration: (i: number) => string;
  /** 2000 prints of a short line each. */
  readonly lines: string;
}

/** Something that is measured, or the reason why it cannot be. */
export type Contender =
  | { readonly name: string; readonly start: StartKernel; readonly cells: BenchCells }
  | { readonly name: string; readonly missing: string };

export const typescriptCells: BenchCells = {
  sum: "1+1",
  declaration: (i) => `const point${i}: { x: number; y: number } = { x: ${i}, y: 2 };`,
  lines: "for (let i = 0; i < 2000; i++) console.log('line ' + i);",
};

export const pythonCells: BenchCells = {
  sum: "1+1",
  declaration: (i) => `point${i}: dict[str, int] = {"x": ${i}, "y": 2}`,
  lines: "for i in range(2000): print(f'line {i}')",
};
