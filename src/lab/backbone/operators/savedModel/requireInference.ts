/** What could be run but would compute something else than TensorFlow, or not the same each time. */
import { GraftError } from "../../../../shared/graftError";
import type { FlatNode } from "./flatGraph";
import { withDefaults } from "./strippedDefaults";
import { DataType } from "./tensorflow.gen";
import { isReadable } from "./tensorValues";
import { typeName } from "./servedGraph";

const branchesAndLoops =
  /^(Switch|Merge|Enter|Exit|NextIteration|LoopCond|While|StatelessWhile|If|StatelessIf|Case|StatelessCase)$/;
const lists = /^(TensorArray|TensorList|Ragged|Sparse|String|Lookup|HashTable|AnonymousHashTable)/;
const random = /^(Stateless)?(Random|Multinomial|TruncatedNormal|ParameterizedTruncatedNormal)/;

/** @throws GraftError `backbone/unsupported-operator`, `backbone/training-graph`, `backbone/unsupported-weights`. */
export function requireInference({ name, op, attr }: FlatNode, origin: string): void {
  if (branchesAndLoops.test(op) || lists.test(op)) {
    throw new GraftError({
      code: "backbone/unsupported-operator",
      expected: `operators of numbers in ${origin}, without branches, loops, tables or lists`,
      found: `${op} "${name}"`,
      remedy:
        "Save the part of the model without it, for inference: training=False, and preprocessing of text left out",
    });
  }
  const normalization = op.startsWith("FusedBatchNorm") ? withDefaults(op, attr).is_training?.value : undefined;
  if (random.test(op) || (normalization?.case === "b" && normalization.value)) {
    throw new GraftError({
      code: "backbone/training-graph",
      expected: `a graph for inference in ${origin}`,
      found: `${op} "${name}", as it is while a model trains`,
      remedy:
        "Save the model for inference: model.export(folder) of Keras does, a function of your own with training=False",
    });
  }
  for (const { value } of Object.values(attr)) {
    if (value.case !== "type" || isReadable(value.value) || value.value === DataType.DT_RESOURCE) continue;
    throw new GraftError({
      code: "backbone/unsupported-weights",
      expected: `a graph in float32 in ${origin}`,
      found: `${op} "${name}" in ${typeName(value.value)}`,
      remedy: 'Save the model in float32, of Keras with keras.config.set_dtype_policy("float32") before it is loaded',
    });
  }
}
