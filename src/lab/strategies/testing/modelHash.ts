import { createHash } from "node:crypto";
import { graphHash } from "../../backbone/weightsHash";
import type { Model } from "../../train/model";

/** Of its weights, and of the figures of every step and epoch that led to them. */
export function modelHash({ graph, weights, history }: Model): string {
  return createHash("sha256")
    .update(graphHash(graph, weights))
    .update(JSON.stringify(history.phases.map(({ steps, epochs }) => [steps, epochs])))
    .digest("hex");
}
