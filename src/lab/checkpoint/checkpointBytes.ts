/** A checkpoint as the bytes of its file, and back. The format is described in `shared/checkpointHeader.ts`. */
import { createHash, type Hash } from "node:crypto";
import { notACheckpoint, parseCheckpointHeader, truncated } from "../../shared/checkpointHeader";
import { GraftError } from "../../shared/graftError";
import type { StoredTensor } from "../../shared/safetensors";
import type { Weights } from "../backbone/layerGraph";
import { headerText, partsOf, tensorIn, weightsAmong } from "../modelFile/safetensors";
import type { UnfinishedTraining } from "../train/unfinishedTraining";
import type { Checkpoint, ModelAbout, StoredUnfinished } from "./checkpoint";

const noHash = "0".repeat(64);

/** Where tensors of an unfinished training stand; no layer of Keras begins like that. */
const snapshotPrefixes = { weights: "unfinished weights ", slots: "unfinished slots " } as const;

/** All tensors of the file, in the order of its data. */
export function tensorsOf({ weights, unfinished }: Pick<Checkpoint, "weights" | "unfinished">): Weights {
  const renamed = (tensors: Weights, prefix: string) =>
    [...tensors].map(([name, tensor]) => [`${prefix}${name}`, tensor] as const);
  if (unfinished === undefined) return weights;
  const { snapshot } = unfinished;
  return new Map([
    ...weights,
    ...renamed(snapshot.weights, snapshotPrefixes.weights),
    ...renamed(snapshot.slots, snapshotPrefixes.slots),
  ]);
}

/** The header's text with zeros for the hash; `withHash` puts it in without changing the length. */
export function checkpointHeaderText(about: ModelAbout, tensors: Weights): string {
  return headerText({ sha256: noHash, graft: JSON.stringify(about) }, tensors);
}

export function withHash(header: string, sha256: string): string {
  return header.replace(`"sha256":"${noHash}"`, `"sha256":"${sha256}"`);
}

export function hashOf(header: string): Hash {
  return createHash("sha256").update(header);
}

/**
 * @throws GraftError `checkpoint/not-a-checkpoint`, `checkpoint/truncated`, `checkpoint/newer-version`, `checkpoint/damaged`,
 * `checkpoint/shapes`.
 */
export function decodeCheckpoint(file: string, bytes: Buffer): Checkpoint {
  const parts = partsOf(bytes);
  if (parts === undefined) throw notACheckpoint(file, `${bytes.length} bytes that do not begin as one`);
  const { headerLength, text, data } = parts;
  if (headerLength > bytes.length - 8) {
    throw truncated(file, `a header of ${headerLength} bytes`, `${bytes.length - 8}`);
  }
  const header = parseCheckpointHeader(file, text, data.length);
  const hash = hashOf(text.replace(header.sha256, noHash)).update(data).digest("hex");
  if (hash !== header.sha256) {
    throw new GraftError({
      code: "checkpoint/damaged",
      expected: `bytes with the hash ${header.sha256.slice(0, 12)} in ${file}`,
      found: `${hash.slice(0, 12)}: they have changed since they were written`,
      remedy: "Restore another one of checkpoints.list()",
    });
  }
  const about = header.about as ModelAbout;
  const weights = weightsAmong(about.graph, header.tensors, data, (name, expected, found) => {
    return new GraftError({
      code: "checkpoint/shapes",
      expected: `weights "${name}" of ${expected.join(" x ")} in ${file}`,
      found: found?.join(" x ") ?? "none",
      remedy: "Restore another one of checkpoints.list(); this one's layers and weights do not belong together",
    });
  });
  return {
    about,
    weights,
    ...(about.unfinished && { unfinished: unfinishedAmong(about.unfinished, header.tensors, data) }),
  };
}

/** The training that a model was saved in the middle of, its numbers among the stored tensors. */
export function unfinishedAmong(
  { progress, ...rest }: StoredUnfinished,
  tensors: readonly StoredTensor[],
  data: Buffer,
): UnfinishedTraining {
  const named = (prefix: string): Weights =>
    new Map(
      tensors
        .filter(({ name }) => name.startsWith(prefix))
        .map((tensor) => [tensor.name.slice(prefix.length), tensorIn(tensor, data)]),
    );
  const { weights, slots } = snapshotPrefixes;
  return { ...rest, snapshot: { progress, weights: named(weights), slots: named(slots) } };
}
