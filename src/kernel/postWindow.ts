/**
 * How far the main thread may run ahead of the io thread with messages. A cell that displays without a pause would otherwise
 * pile them up in memory; so the writer waits, as it does in the text ring, until the reader has come nearer.
 */
const posted = 0;
const taken = 1;

/** Characters on their way. */
const windowCharacters = 16 * 1024 * 1024;
/** What a message costs beyond its content. */
const overhead = 200;
/** A reader that takes nothing for so long is gone; whoever waits for it goes on. */
const patienceMs = 5000;

/** Two counters of characters, modulo 2^32. */
export type PostCounters = Int32Array<SharedArrayBuffer>;

export function newPostCounters(): PostCounters {
  return new Int32Array(new SharedArrayBuffer(8));
}

/** Called by the writer before it posts a message with so many characters. Waits while too much is on its way. */
export function notePost(counters: PostCounters, characters: number): void {
  Atomics.add(counters, posted, characters + overhead);
  for (;;) {
    const reached = Atomics.load(counters, taken);
    if (((Atomics.load(counters, posted) - reached) | 0) <= windowCharacters + characters) {
      return;
    }
    if (Atomics.wait(counters, taken, reached, patienceMs) === "timed-out") {
      return;
    }
  }
}

/** Called by the reader when it has dealt with the message. */
export function noteTaken(counters: PostCounters, characters: number): void {
  Atomics.add(counters, taken, characters + overhead);
  Atomics.notify(counters, taken);
}
