import * as v from "valibot";
import { exportedPreprocessing } from "../exportedPreprocessing";
import type { ModelFiles } from "../modelFiles";
import { modelFromOperators, type OperatorModel } from "./modelFromOperators";
import type { Preprocessing } from "../preprocessing";
import { onnxSource } from "./onnxSource";

/**
 * An ONNX file as layers, checked against onnxruntime when it is read. Images are `[batch, height, width, channels]` for layers, whatever
 * the file has.
 *
 * @throws GraftError `backbone/bad-onnx`, `backbone/opset`, `backbone/several-inputs`, `backbone/input-type`, `backbone/open-input-size`,
 * `backbone/external-data`, `backbone/unsupported-weights`, `backbone/unsupported-operator`, `backbone/differs`.
 */
export async function readOnnxModel(
  files: Pick<ModelFiles, "origin" | "read">,
  main: string,
  say: (sentence: string) => void = (sentence) => console.warn(sentence),
): Promise<OperatorModel & { readonly preprocessing?: Preprocessing }> {
  const source = onnxSource(await files.read(main), `${files.origin}/${main}`);
  const about = v.safeParse(v.pipe(v.string(), v.parseJson()), source.metadata.get("graft"));
  const preprocessing = exportedPreprocessing(about.output);
  return { ...(await modelFromOperators(source, say)), ...(preprocessing && { preprocessing }) };
}
