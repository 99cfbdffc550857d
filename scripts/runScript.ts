import { messageOf, say } from "../src/cli/progress";

/**
 * Runs a script's main function; an error becomes a message and exit code 1. A signal that the script itself does not listen
 * to ends it through `exit`, so that what it has started ends as well.
 */
export function runScript(main: () => Promise<number>): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      if (process.listenerCount(signal) === 0) process.exit(1);
    });
  }
  main().then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      say(`✗ ${messageOf(error)}`);
      process.exitCode = 1;
    },
  );
}
