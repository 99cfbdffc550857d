import { isAlive } from "../../protocol/kernelAddress";

const everyMs = 1000;

/**
 * Calls `onEnd` once when the process that started this one has ended. On POSIX an orphan gets another parent, which is certain
 * where process ids are not; `parentPid` (Jupyter's `JPY_PARENT_PID`) counts where there is no such sign. Undefined: never.
 */
export function watchParent(parentPid: number | undefined, onEnd: () => void): void {
  if (parentPid === undefined) {
    return;
  }
  const atStart = process.ppid;
  // Its parent may have ended before this line was reached.
  const orphaned = atStart === 1 && parentPid !== 1;
  const ended = (): boolean =>
    process.platform === "win32" || orphaned ? !isAlive(parentPid) : process.ppid !== atStart;
  const timer = setInterval(() => {
    if (ended()) {
      clearInterval(timer);
      onEnd();
    }
  }, everyMs);
  timer.unref();
}
