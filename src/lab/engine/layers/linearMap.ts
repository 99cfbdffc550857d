import type { GraphBuilder, Value } from "../onnx/graphBuilder";

/** `rows · kernel + bias`, and what its gradient gives. Matrices throughout. */
export interface LinearMap {
  readonly output: Value;
  readonly kernelGradient: (gradient: Value) => Value;
  readonly biasGradient: (gradient: Value) => Value;
  /** @param other A gradient that the same rows get from elsewhere; it is added at no cost of its own. */
  readonly inputGradient: (gradient: Value, other?: Value) => Value;
}

/** @param rows `[rows, inputs]`. @param kernel `[inputs, outputs]`. @param bias `[outputs]`. */
export function linearMap(builder: GraphBuilder, rows: Value, kernel: Value, bias?: Value): LinearMap {
  return {
    output: builder.node("Gemm", [rows, kernel, ...(bias ? [bias] : [])], [rows.shape[0]!, kernel.shape[1]!]),
    kernelGradient: (gradient) => builder.node("Gemm", [rows, gradient], kernel.shape, { transA: 1 }),
    biasGradient: (gradient) => builder.reduce("ReduceSum", gradient, [0], false),
    inputGradient: (gradient, other) =>
      builder.node("Gemm", [gradient, kernel, ...(other ? [other] : [])], rows.shape, { transB: 1 }),
  };
}
