/** How a kernel's process came to its end, in words that tell a person what to do differently. */

/** Exit code or signal; undefined: nobody was there to see it. */
export type ProcessEnd = number | NodeJS.Signals | undefined;

/** `restarted`: its server has started it anew, so that there is a kernel. */
export type DeathKind = "exit" | "out-of-memory" | "abort" | "killed" | "signal" | "unknown" | "restarted";

export interface KernelDeath {
  readonly kind: DeathKind;
  /** One or two sentences. */
  readonly sentence: string;
  /** The cell that ran, as the log names it: `"Cell [3]"`. */
  readonly cell?: string;
}

/** `logTail`: the end of the kernel's log, where the kernel notes which cell runs, and V8 why it gives up. */
export function describeDeath(end: ProcessEnd, logTail: string): KernelDeath {
  const cell = lastRunning(logTail);
  return { ...kindOf(end, logTail), ...(cell === undefined ? {} : { cell }) };
}

function kindOf(end: ProcessEnd, logTail: string): KernelDeath {
  const exit = /Ended by process\.exit\((\d+)\)/.exec(logTail)?.[1];
  if (exit !== undefined && typeof end !== "string") {
    return {
      kind: "exit",
      sentence: `The kernel was ended by process.exit() with exit code ${exit}. To stop a cell, use throw or return.`,
    };
  }
  const heap = /heap out of memory|FATAL ERROR: .*Allocation failed/i.test(logTail);
  if (heap) {
    return {
      kind: "out-of-memory",
      sentence:
        "The kernel ran out of memory: the heap was full and Node ended it. Hold less at once, or start VS Code with NODE_OPTIONS=--max-old-space-size=MEGABYTES.",
    };
  }
  const exhausted = /FATAL ERROR: the kernel ran out of memory and was ended: (.*)\.$/m.exec(logTail)?.[1];
  if (exhausted !== undefined) {
    return {
      kind: "out-of-memory",
      sentence: `The kernel ran out of memory and was ended: ${exhausted}. Hold less at once.`,
    };
  }
  // A shell, or a container's first process, reports a signal as 128 and its number.
  switch (end) {
    case "SIGABRT":
    case 134:
      return { kind: "abort", sentence: "The kernel aborted (SIGABRT). process.abort() and native libraries do that." };
    case "SIGKILL":
    case 137:
      return {
        kind: "killed",
        sentence: "The kernel was killed (SIGKILL): by somebody, or by the system because memory ran short.",
      };
    case undefined:
      return {
        kind: "unknown",
        sentence: "The kernel has ended. This window did not start it and could not see why.",
      };
    default:
      return typeof end === "string"
        ? { kind: "signal", sentence: `The kernel was ended by ${end}.` }
        : { kind: "exit", sentence: `The kernel ended with exit code ${end}.` };
  }
}

/** The cell whose beginning is noted and whose end is not. */
function lastRunning(logTail: string): string | undefined {
  const [, cell, what] = [...logTail.matchAll(/ (Cell \[[^\]]+\]) (runs|has ended)\.$/gm)].at(-1) ?? [];
  return what === "runs" ? cell : undefined;
}
