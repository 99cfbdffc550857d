import type * as tfjs from "@tensorflow/tfjs";
import type { LayerOf } from "../../backbone/layerGraph";
import type { TensorLibrary, TfTensor } from "./tensorLibrary";

/** Operators of a GraphModel, alive. Their weights are not in it: they come with each call. */
export class OperatorModel {
  readonly #tf: TensorLibrary;
  readonly #layer: LayerOf<"TensorFlowOperators">;
  readonly #model: tfjs.GraphModel;

  static async load(tf: TensorLibrary, layer: LayerOf<"TensorFlowOperators">): Promise<OperatorModel> {
    const { nodes, constants } = layer;
    const weightSpecs = constants.map(({ name, shape, dtype }) => ({ name, shape: [...shape], dtype }));
    const weightData = tf.io.CompositeArrayBuffer.join(
      constants.map(({ dtype, values }) => {
        const Stored = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[dtype];
        return Stored.from(values).buffer;
      }),
    );
    const artifacts = { modelTopology: { node: nodes, versions: {} }, weightSpecs, weightData };
    return new OperatorModel(tf, layer, await tf.loadGraphModel(tf.io.fromMemory(artifacts)));
  }

  private constructor(tf: TensorLibrary, layer: LayerOf<"TensorFlowOperators">, model: tfjs.GraphModel) {
    this.#tf = tf;
    this.#layer = layer;
    this.#model = model;
  }

  /** @param inputs The image, then the weights in the layer's order. Several outputs come as one row. */
  call([image, ...weights]: readonly TfTensor[]): TfTensor {
    const { inputValue, outputs } = this.#layer;
    const fed = {
      [inputValue]: image!,
      ...Object.fromEntries(weights.map((tensor, i) => [this.#layer.weights[i]!.value, tensor])),
    };
    const made = this.#model.execute(
      fed,
      outputs.map(({ value }) => value),
    );
    const values = [made].flat();
    if (values.length === 1) return values[0]!;
    return this.#tf.concat(
      values.map((value) => this.#tf.reshape(value, [value.shape[0], -1])),
      1,
    );
  }

  dispose(): void {
    this.#model.dispose();
  }
}
