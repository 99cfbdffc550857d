import { GraftError } from "../../../shared/graftError";
import type { ModelFiles } from "../modelFiles";

/** A SavedModel keeps its weights in TensorFlow's own checkpoint format, which nothing but TensorFlow reads: it has to be converted. */
export function refuseSavedModel({ origin, names }: Pick<ModelFiles, "origin" | "names">): GraftError {
  const isOfKeras = names.includes("keras_metadata.pb");
  return new GraftError({
    code: "backbone/saved-model",
    expected: "a model whose weights can be read without TensorFlow: a GraphModel, ONNX, Keras or LayersModel",
    found: `a SavedModel of TensorFlow${isOfKeras ? ", written by Keras 2," : ""} in ${origin}`,
    remedy: `Convert it with Python: ${(isOfKeras ? kerasWays : otherWays)(origin)}`,
  });
}

/** All layers of it can be trained then. */
const kerasWays = (origin: string) =>
  `tf_keras.models.load_model("${origin}").save("model.h5") after import tf_keras (pip install tensorflow tf_keras)`;

const otherWays = (origin: string) =>
  `tensorflowjs_converter --input_format=tf_saved_model ${origin} graph-model (pip install tensorflowjs), or python -m tf2onnx.convert --saved-model ${origin} --output model.onnx (pip install tf2onnx)`;
