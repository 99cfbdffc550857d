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

/** Something that is measured, or the reason why it cannot be. */
export type Contender =
  { readonly name: string; readonly start: StartKernel } | { readonly name: string; readonly missing: string };
