/** What commands and scripts tell a person while they work. It goes to stderr, so that stdout stays for results. */
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

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function secondsSince(started: number): string {
  return ((performance.now() - started) / 1000).toFixed(1);
}
