import { GraftError } from "../../../shared/graftError";
import type { ModelFiles } from "../modelFiles";

/** A SavedModel keeps its weights in TensorFlow's own checkpoint format, which nothing but TensorFlow reads: it has to be converted. */
export function refuseSavedModel({ origin }: Pick<ModelFiles, "origin">): GraftError {
  return new GraftError({
    code: "backbone/saved-model",
    expected: "a model whose weights can be read without TensorFlow: a GraphModel, ONNX, Keras or LayersModel",
    found: `a SavedModel of TensorFlow in ${origin}`,
    remedy: `Convert it with Python: tensorflowjs_converter --input_format=tf_saved_model ${origin} graph-model (pip install tensorflowjs), or python -m tf2onnx.convert --saved-model ${origin} --output model.onnx (pip install tf2onnx)`,
  });
}
