/** What the scripts tell a person while they work. It goes to stderr, so that stdout stays for results. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Announces work, does it, and says how long it took. A failure is announced too and thrown on. */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  say(`· ${title}`);
  try {
    const result = await work();
    say(`✓ ${title} (${secondsSince(started)} s)`);
    return result;
  } catch (error) {
    say(`✗ ${title} (${secondsSince(started)} s)`);
    throw error;
  }
}

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

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function secondsSince(started: number): string {
  return ((performance.now() - started) / 1000).toFixed(1);
}
