import type { LayerOf } from "../../../backbone/layerGraph";
import { GraftError } from "../../../../shared/graftError";
import type { TfjsLayer } from "./tfjsLayer";

/** Operators of ONNX are onnxruntime's alone. */
export const onnxOperators: TfjsLayer<LayerOf<"OnnxOperators">> = (_, { operators }) => {
  throw new GraftError({
    code: "engine/only-onnxruntime",
    expected: "the onnxruntime engine for the beginning of an ONNX model that runs as it is",
    found: `the tfjs engine, which does not know ${operators.join(", ")}`,
    remedy: "Use a machine with an onnxruntime-node binary, or another backbone",
  });
};

export const tensorflowOperators: TfjsLayer<LayerOf<"TensorFlowOperators">> = ({ custom, weight }, layer, inputs) =>
  custom()([...inputs, ...layer.weights.map(({ name }) => weight(name))]);
