import type { RawClient, WireParts } from "./rawClient";

/** A kernel that one run of the conformance suite is about, and how it is reached. */
export interface ConformanceKernel {
  readonly pid: number;
  /** Settles when the process has ended, with the exit code or the name of the signal. */
  readonly exited: Promise<number | NodeJS.Signals>;
  connect(): Promise<RawClient>;
  /** Tries to get a message in without the kernel's secret, in every way that the transport has. */
  intrude(parts: WireParts): Promise<void>;
  /** Ends it at once, if it still lives, and removes its files. */
  end(): void;
}
