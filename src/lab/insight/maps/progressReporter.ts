import type { MapReply } from "./mapMessages";

const INTERVAL_MS = 120;
/** Iterations are not equally long: a map that grows takes longer. The newest ones count. */
const MEASURED_ITERATIONS = 50;

/** Answers with a function that is told of each iteration and passes the map on a few times a second. */
export function progressReporter(
  iterations: number,
  map: Float64Array,
  reply: (message: MapReply) => void,
): (iteration: number) => void {
  let lastMs = -Infinity;
  const ends: number[] = [];
  return (iteration) => {
    const now = performance.now();
    ends.push(now);
    if (ends.length > MEASURED_ITERATIONS) ends.shift();
    if (now - lastMs < INTERVAL_MS || iteration >= iterations) return;
    lastMs = now;
    const perIteration = (now - ends[0]!) / (ends.length - 1);
    reply({
      kind: "progress",
      iteration,
      iterations,
      map: Float32Array.from(map),
      ...(ends.length > 1 ? { secondsLeft: (perIteration * (iterations - iteration)) / 1000 } : {}),
    });
  };
}
