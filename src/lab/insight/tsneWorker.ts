/** The t-SNE worker thread: one request in `workerData`, replies until `done`, then it ends. */
import { parentPort, workerData } from "node:worker_threads";
import { mapQuality } from "./tsne/mapQuality";
import { tsne } from "./tsne/tsne";
import type { TsneReply, TsneRequest } from "./tsneMessages";

const REPLY_INTERVAL_MS = 120;

function reply(message: TsneReply): void {
  parentPort?.postMessage(message);
}

function work({ rows, columns, features, perplexity, iterations, seed, neighbours, interruptFlag }: TsneRequest): void {
  const input = { rows, columns, data: features };
  let lastMs = performance.now();
  let interrupted = false;
  const map = tsne(input, {
    perplexity,
    iterations,
    seed,
    onIteration(iteration, { x, y }) {
      interrupted = Atomics.load(interruptFlag, 0) !== 0;
      const now = performance.now();
      if (now - lastMs >= REPLY_INTERVAL_MS && iteration < iterations) {
        lastMs = now;
        reply({ kind: "map", iteration, x, y });
      }
      return !interrupted;
    },
  });
  const drawn = new Float64Array(rows * 2);
  for (let i = 0; i < rows; i++) {
    drawn[2 * i] = map.x[i]!;
    drawn[2 * i + 1] = map.y[i]!;
  }
  const quality = mapQuality(input, { rows, columns: 2, data: drawn }, neighbours);
  const { x, y, divergence } = map;
  reply({ kind: "done", iteration: map.iterations, x, y, divergence, quality, interrupted });
}

work(workerData as TsneRequest);
