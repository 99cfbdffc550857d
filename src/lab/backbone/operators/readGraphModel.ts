import type { ModelFiles } from "../modelFiles";
import { graphModelSource } from "./graphModelSource";
import { modelFromOperators, type OperatorModel } from "./modelFromOperators";

/**
 * A tfjs GraphModel as layers, checked against tfjs when it is read.
 *
 * @throws GraftError `backbone/bad-model-json`, `backbone/missing-shard`, `backbone/truncated-shard`, `backbone/several-inputs`,
 * `backbone/open-input-size`, `backbone/unsupported-operator`, `backbone/differs`.
 */
export async function readGraphModel(
  files: Pick<ModelFiles, "origin" | "modelJson" | "shard">,
  say: (sentence: string) => void = (sentence) => console.warn(sentence),
): Promise<OperatorModel> {
  return modelFromOperators(await graphModelSource(files), say);
}
