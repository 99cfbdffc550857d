/** What `saved_model.pb` says: the graph, and what is its input and its result. */
import { fromBinary } from "@bufbuild/protobuf";
import { GraftError } from "../../../../shared/graftError";
import { requireOneWay } from "../requireOneWay";
import { damagedSavedModel } from "./damagedSavedModel";
import {
  DataType,
  type GraphDef,
  type MetaGraphDef,
  SavedModelSchema,
  type SignatureDef,
  type TensorInfo,
} from "./tensorflow.gen";

export interface ServedGraph {
  readonly graph: GraphDef;
  readonly input: TensorInfo;
  readonly output: TensorInfo;
}

export const mainFile = "saved_model.pb";

/** @throws GraftError `backbone/bad-saved-model`, `backbone/no-signature`, `backbone/several-signatures`, `backbone/several-inputs`, `backbone/input-type`. */
export function servedGraph(bytes: Uint8Array, origin: string): ServedGraph {
  const meta = servingGraph(metaGraphs(bytes, origin), origin);
  const { inputs, outputs } = signatureOf(meta, origin);
  requireOneWay(Object.keys(inputs), Object.keys(outputs), origin);
  const [[name, input]] = Object.entries(inputs) as [[string, TensorInfo]];
  const [output] = Object.values(outputs) as [TensorInfo];
  if (input.dtype !== DataType.DT_FLOAT || input.name === "") {
    throw new GraftError({
      code: "backbone/input-type",
      expected: `float32 numbers as the input of ${origin}`,
      found: `input "${name}" of ${typeName(input.dtype)}`,
      remedy:
        "Save the model with a signature whose input is tf.TensorSpec([None, height, width, channels], tf.float32)",
    });
  }
  return { graph: meta.graphDef!, input, output };
}

export function typeName(dtype: DataType): string {
  return Object.entries(DataType).find(([, value]) => value === dtype)?.[0] ?? `type ${dtype}`;
}

function metaGraphs(bytes: Uint8Array, origin: string): MetaGraphDef[] {
  let metas: MetaGraphDef[];
  try {
    metas = fromBinary(SavedModelSchema, bytes, { readUnknownFields: false }).metaGraphs;
  } catch (cause) {
    throw damagedSavedModel(origin, mainFile, `${bytes.length} bytes that are none`, cause);
  }
  const withGraph = metas.filter(({ graphDef }) => graphDef !== undefined);
  if (withGraph.length === 0) throw damagedSavedModel(origin, mainFile, `${bytes.length} bytes without a graph`);
  return withGraph;
}

/** A file of TensorFlow 1 may hold a graph to train as well. */
function servingGraph(metas: readonly MetaGraphDef[], origin: string): MetaGraphDef {
  const tagsOf = ({ metaInfoDef }: MetaGraphDef) => metaInfoDef?.tags ?? [];
  const served = metas.filter((meta) => tagsOf(meta).includes("serve"));
  // One for a GPU or a TPU has more tags.
  const found =
    served.find((meta) => tagsOf(meta).length === 1) ?? served[0] ?? (metas.length === 1 ? metas[0] : undefined);
  if (found !== undefined) return found;
  throw noSignature(
    `a graph to serve (tag "serve") in ${origin}`,
    `graphs with ${metas.map((meta) => `[${tagsOf(meta).join(", ")}]`).join(" and ")}`,
  );
}

function signatureOf({ signatureDef }: MetaGraphDef, origin: string): SignatureDef {
  // Without an input there is nothing to ask, as with the signature that initialises tables.
  const named = Object.entries(signatureDef).filter(([, { inputs }]) => Object.keys(inputs).length > 0);
  const [only] = named;
  const chosen = signatureDef.serving_default ?? (named.length === 1 ? only![1] : undefined);
  if (chosen !== undefined) return chosen;
  if (only === undefined) throw noSignature(`a signature in ${origin} that says what goes in and comes out`, "none");
  throw new GraftError({
    code: "backbone/several-signatures",
    expected: `the signature "serving_default" in ${origin}, or a single one`,
    found: named.map(([name]) => `"${name}"`).join(", "),
    remedy:
      'Save the one that is wanted: tf.saved_model.save(model, folder, signatures={"serving_default": model.signatures["…"]})',
  });
}

function noSignature(expected: string, found: string): GraftError {
  return new GraftError({
    code: "backbone/no-signature",
    expected,
    found,
    remedy:
      "Save it with TensorFlow 2 and a signature: model.export(folder) of Keras, or tf.saved_model.save(module, folder, signatures=module.__call__.get_concrete_function(tf.TensorSpec([None, height, width, channels])))",
  });
}
