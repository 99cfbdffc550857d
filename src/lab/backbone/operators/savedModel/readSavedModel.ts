import { GraftError } from "../../../../shared/graftError";
import { exportedPreprocessing } from "../../exportedPreprocessing";
import type { ModelFiles } from "../../modelFiles";
import type { Preprocessing } from "../../preprocessing";
import { graphModelSource } from "../graphModelSource";
import { modelFromOperators, type OperatorModel } from "../modelFromOperators";
import type { OperatorSource } from "../operatorSource";
import { withBatchNorms } from "./batchNorms";
import { frozenGraph } from "./frozenGraph";
import { mainFile, servedGraph } from "./servedGraph";

/**
 * A SavedModel of TensorFlow as layers: its serving signature with its variables as they are, checked against tfjs when it is read.
 *
 * @throws GraftError `backbone/bad-saved-model`, `backbone/hub-module`, `backbone/no-signature`, `backbone/several-signatures`,
 * `backbone/several-inputs`, `backbone/input-type`, `backbone/open-input-size`, `backbone/missing-file`, `backbone/truncated-shard`,
 * `backbone/damaged-shard`, `backbone/missing-weights`, `backbone/unsupported-weights`, `backbone/training-graph`,
 * `backbone/unsupported-operator`, `backbone/differs`.
 */
export async function readSavedModel(
  files: Pick<ModelFiles, "origin" | "names" | "path" | "read">,
  say: (sentence: string) => void = (sentence) => console.warn(sentence),
): Promise<OperatorModel & { readonly preprocessing?: Preprocessing }> {
  const { origin, names } = files;
  if (names.includes("tfhub_module.pb")) throw hubModule(origin);
  const { json, weights } = await frozenGraph(files, servedGraph(await files.read(mainFile), origin));
  const source = await graphModelSource({
    origin,
    modelJson: () => Promise.resolve(json),
    shard: () => Promise.resolve(weights),
  });
  const model = await modelFromOperators(withLayersOfKeras(source), say).catch((cause: unknown) => {
    throw unknownOperator(origin, cause) ?? cause;
  });
  const about: unknown = names.includes("graft.json")
    ? JSON.parse((await files.read("graft.json")).toString("utf8"))
    : {};
  const preprocessing = exportedPreprocessing(about);
  return { ...model, ...(preprocessing && { preprocessing }) };
}

function withLayersOfKeras(source: OperatorSource): OperatorSource {
  const { graph, parts } = withBatchNorms(source.graph);
  return {
    ...source,
    graph,
    opaqueLayer: (name, input, part) => {
      const nodes = part.nodes.flatMap((node) => parts.get(node.outputs[0]!) ?? [node]);
      return source.opaqueLayer(name, input, { ...part, nodes });
    },
  };
}

/** The only thing that tfjs says of an operator that it does not have. */
function unknownOperator(origin: string, cause: unknown): GraftError | undefined {
  const operator = cause instanceof Error ? /^Unknown op '([^']+)'/.exec(cause.message)?.[1] : undefined;
  if (operator === undefined) return undefined;
  return new GraftError({
    code: "backbone/unsupported-operator",
    expected: `operators in ${origin} that Graft or tfjs has`,
    found: operator,
    remedy: "Save the part of the model without it",
    cause,
  });
}

function hubModule(origin: string): GraftError {
  return new GraftError({
    code: "backbone/hub-module",
    expected: `a SavedModel of TensorFlow 2 in ${origin}`,
    found: "a TF1 Hub module (tfhub_module.pb)",
    remedy: "Take the TF2 version of it, which Kaggle Models lists under TensorFlow 2",
  });
}
