/** Results of operators that have several of them, in order. Functions name results, graphs count them. */
const normalized = ["y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2", "reserve_space_3"];

const results: Readonly<Record<string, readonly string[]>> = {
  FusedBatchNorm: normalized,
  FusedBatchNormV2: normalized,
  FusedBatchNormV3: normalized,
  ListDiff: ["out", "idx"],
  MaxPoolWithArgmax: ["output", "argmax"],
  NonMaxSuppressionV4: ["selected_indices", "valid_outputs"],
  NonMaxSuppressionV5: ["selected_indices", "selected_scores", "valid_outputs"],
  TopKV2: ["values", "indices"],
  Unique: ["y", "idx"],
  UniqueV2: ["y", "idx"],
};

/** @param at Which one of those of this name: a list is one result of many. */
export function resultAt(op: string, name: string, at: number): number {
  const found = Object.hasOwn(results, op) ? results[op]!.indexOf(name) : -1;
  return found < 0 ? at : found;
}
