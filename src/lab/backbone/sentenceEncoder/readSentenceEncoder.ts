/**
 * Universal Sentence Encoder lite (Cer et al. 2018, arXiv:1803.11175), a transformer of two blocks, as its tfjs GraphModel and `vocab.json` have it. The
 * graph takes tokens as a sparse matrix and packs and unpacks them between its layers; what it computes for a text are layers that Graft has. Ids
 * come padded with 0 in its place.
 */
import * as v from "valibot";
import { GraftError } from "../../../shared/graftError";
import type { ModelFiles } from "../modelFiles";
import { graphModelConstants } from "../operators/graphModelSource";
import type { LayerGraph, Weights } from "../layerGraph";
import type { TokenPreprocessing } from "../preprocessing";
import { EncoderConstants } from "./encoderConstants";
import { encoderLayers } from "./encoderLayers";
import { unigramTokenizer, type UnigramVocabulary } from "./unigramTokenizer";

const nodesSchema = v.looseObject({
  modelTopology: v.looseObject({ node: v.array(v.looseObject({ name: v.string(), op: v.string() })) }),
});

/** By its inputs and its table of embeddings. */
export function isSentenceEncoder(modelJson: unknown): boolean {
  const parsed = v.safeParse(nodesSchema, modelJson);
  if (!parsed.success) return false;
  const { node } = parsed.output.modelTopology;
  const inputs = node.filter(({ op }) => op === "Placeholder").map(({ name }) => name);
  return inputs.sort().join() === "indices,values" && node.some(({ name }) => name === "module/Embeddings_en");
}

/**
 * @throws GraftError `backbone/sentence-encoder` for weights that are missing, `backbone/bad-vocabulary`, `backbone/missing-file`,
 * `backbone/bad-model-json`, `backbone/missing-shard`, `backbone/truncated-shard`.
 */
export async function readSentenceEncoder(
  files: Pick<ModelFiles, "origin" | "modelJson" | "shard" | "read">,
): Promise<{ readonly graph: LayerGraph; readonly weights: Weights; readonly preprocessing: TokenPreprocessing }> {
  const [vocabulary, constants] = await Promise.all([readVocabulary(files), graphModelConstants(files)]);
  const encoder = new EncoderConstants(constants, files.origin);
  const { graph, weights } = encoderLayers(encoder, vocabulary.length);
  // The first pieces, without a probability, mark things.
  const reserved = vocabulary.findIndex(([, score]) => score !== 0);
  const preprocessing = {
    kind: "tokens",
    tokenizer: unigramTokenizer(vocabulary, reserved),
    length: encoder.longest,
  } as const;
  return { graph, weights, preprocessing };
}

/** The published file has lost the scores of seven pieces with a colon; its own tokenizer counts them as 0. */
const scoreSchema = v.pipe(
  v.nullable(v.number()),
  v.transform((score) => score ?? 0),
);
const vocabularySchema = v.pipe(v.array(v.tuple([v.string(), scoreSchema])), v.minLength(1));

async function readVocabulary(files: Pick<ModelFiles, "origin" | "read">): Promise<UnigramVocabulary> {
  const text = (await files.read("vocab.json")).toString("utf8");
  try {
    return v.parse(vocabularySchema, JSON.parse(text));
  } catch (cause) {
    throw new GraftError({
      code: "backbone/bad-vocabulary",
      expected: `the pieces of a text with their scores, [["▁the", -3.5], …], in vocab.json of ${files.origin}`,
      found: (cause as Error).message,
      remedy: "Copy the model again, with the vocab.json that belongs to it",
      cause,
    });
  }
}
