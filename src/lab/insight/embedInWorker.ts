import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { distFolder } from "../../shared/distFolder";
import type { TsneReply, TsneRequest } from "./tsneMessages";

/**
 * Runs t-SNE in a worker thread of its own and resolves with its last reply. `onMap` gets the map a few times a second
 * while it converges. Setting the request's interrupt flag ends it after the current iteration, with the map so far.
 */
export function embedInWorker(
  request: TsneRequest,
  onMap: (map: Extract<TsneReply, { kind: "map" }>) => void,
): Promise<Extract<TsneReply, { kind: "done" }>> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(distFolder(), "tsneWorker.js"), { workerData: request });
    worker.on("message", (reply: TsneReply) => {
      if (reply.kind === "map") onMap(reply);
      else resolve(reply);
    });
    worker.on("error", reject);
    worker.on("exit", (code) => {
      reject(new Error(`The t-SNE worker ended with exit code ${code} before it had a map.`));
    });
  });
}
