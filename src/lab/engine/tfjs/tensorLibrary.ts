/**
 * `@tensorflow/tfjs` as this process has it. It is loaded when something needs it, never before: its import costs half a second.
 */
import type * as tfjs from "@tensorflow/tfjs";

export type TensorLibrary = typeof tfjs;
export type TfTensor = tfjs.Tensor;
