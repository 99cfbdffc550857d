import { createHash } from "node:crypto";
import { GraftError } from "../../shared/graftError";
import type { TrainRequest } from "./engine";
import { DEFAULT_LOSS } from "./losses/lossTable";
import { dependsOnLength } from "./schedule";

/** What decides the numbers of a run, part by part; plain data. Of the features only their number: hashing them would take longer than many trainings. */
export type RequestFingerprint = Readonly<Record<string, string>>;

export function requestFingerprint(request: TrainRequest): RequestFingerprint {
  const { graph, train, validation, schedule = "constant" } = request;
  const factors = [...(request.learningRateFactors ?? [])].filter(([, factor]) => factor !== 1).sort();
  return {
    "the graph": sha256(JSON.stringify(graph)),
    "the trainable layers": [...request.trainable].sort().join(", "),
    "the number of training rows": `${train.features.shape[0]}`,
    "the training targets": hashOf("shape" in train.targets ? train.targets.data : train.targets),
    "the sample weights": train.sampleWeights ? hashOf(train.sampleWeights) : "none",
    "the number of validation rows": `${validation?.features.shape[0] ?? 0}`,
    "the batch size": `${request.batchSize}`,
    "the batches an update": `${request.accumulateBatches ?? 1}`,
    "the seed": `${request.seed}`,
    "the loss": JSON.stringify(request.loss ?? DEFAULT_LOSS),
    "the optimizer": JSON.stringify(request.optimizer),
    "the schedule": JSON.stringify(schedule),
    "the early stopping": JSON.stringify(request.earlyStopping ?? "none"),
    // Where rates do not depend on it, a training may be made longer.
    "the number of epochs": dependsOnLength(schedule) ? `${request.epochs}` : "any",
    "the learning rate factors": JSON.stringify(factors),
    "the clipping": `${request.clipNorm ?? "none"}`,
    "the moving average": `${request.emaDecay ?? "none"}`,
    "the low-rank updates": request.lowRank ? JSON.stringify(request.lowRank) : "none",
    "the views": train.views === undefined ? "none" : `${train.views}`,
    "the corruption": request.corruption ? JSON.stringify(request.corruption) : "none",
  };
}

/** @throws GraftError `engine/other-training` naming the first part that differs. */
export function requireSameRequest(request: RequestFingerprint, snapshot: RequestFingerprint): void {
  // What a snapshot of an older version does not speak of was not there.
  const part = Object.keys(request).find((name) => request[name] !== (snapshot[name] ?? "none"));
  if (part === undefined) return;
  const isShort = (text: string | undefined) => text !== undefined && text.length < 60 && !/^[0-9a-f]{64}$/.test(text);
  const shown = isShort(request[part]) && isShort(snapshot[part]);
  throw new GraftError({
    code: "engine/other-training",
    expected: `the request that the snapshot was taken of: ${part} as it was${shown ? ` (${snapshot[part]})` : ""}`,
    found: shown ? request[part]! : "another one",
    remedy: "Go on with the same settings and data, or start a new training from the snapshot's weights",
  });
}

function hashOf(data: Float32Array | Int32Array): string {
  return sha256(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
