import { GraftError } from "../../../shared/graftError";

/** @throws GraftError `backbone/several-inputs` unless there is one input and one output. */
export function requireOneWay(inputs: readonly string[], outputs: readonly string[], origin: string): void {
  if (inputs.length === 1 && outputs.length === 1) return;
  const named = (list: readonly string[]) => list.map((name) => `"${name}"`).join(", ") || "none";
  throw new GraftError({
    code: "backbone/several-inputs",
    expected: `one input and one output in ${origin}`,
    found: `inputs ${named(inputs)} and outputs ${named(outputs)}`,
    remedy: "Save the part of the model between one of the inputs and one of the outputs as a model of its own",
  });
}
