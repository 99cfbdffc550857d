/** Which entry of the checkpoint a variable is restored from: the graph itself says it, in its part that restores. */
import { GraftError } from "../../../../shared/graftError";
import { type FlatGraph, nodeOf } from "./flatGraph";
import type { AttrValue } from "./tensorflow.gen";

/** @returns For the name of each variable's node that of its entry. @throws GraftError `backbone/unsupported-weights`. */
export function variableNames(graph: FlatGraph, origin: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { op, inputs } of graph.nodes) {
    if (op !== "AssignVariableOp" && op !== "Assign") continue;
    const [variable, value] = inputs.map((input) => graph.resolve(input)) as [string, string];
    const restored = graph.makerOf(value);
    // What a variable begins with is assigned, too.
    if (restored.op !== "RestoreV2") continue;
    const at = Number(value.slice(nodeOf(value).length + 1));
    const [name, slice] = [1, 2].map((input) => textsOf(graph.makerOf(restored.inputs[input]!).attr.value)[at] ?? "");
    if (slice !== "") {
      throw new GraftError({
        code: "backbone/unsupported-weights",
        expected: `variables of ${origin} in one piece each`,
        found: `"${name}", of which ${nodeOf(variable)} is a part`,
        remedy: "Save the model without a partitioner",
      });
    }
    names.set(nodeOf(variable), name!);
  }
  return names;
}

function textsOf(value: AttrValue | undefined): string[] {
  if (value?.value.case !== "tensor") return [];
  return value.value.value.stringVal.map((text) => Buffer.from(text).toString("utf8"));
}
