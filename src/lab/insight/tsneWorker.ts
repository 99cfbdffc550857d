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
  const result = tsne(input, {
    perplexity,
    iterations,
    seed,
    onIteration(iteration, map) {
      interrupted = Atomics.load(interruptFlag, 0) !== 0;
      const now = performance.now();
      if (now - lastMs >= REPLY_INTERVAL_MS && iteration < iterations) {
        lastMs = now;
        reply({ kind: "map", iteration, map });
      }
      return !interrupted;
    },
  });
  const { map, divergence } = result;
  const quality = mapQuality(input, { rows, columns: 2, data: map }, neighbours);
  reply({ kind: "done", iteration: result.iterations, map, divergence, quality, interrupted });
}

work(workerData as TsneRequest);
