/**
 * Adam (Kingma & Ba 2015) and AdamW (Loshchilov & Hutter 2019) over one flat array of parameters. The slots hold the moments
 * without their factors, `Σ beta^k g` and `Σ beta^k g²`, which saves two passes over memory; the factors and the bias
 * correction are in two scalars a step.
 */
import type { GraphBuilder, Value } from "./onnx/graphBuilder";

const beta1 = 0.9;
const beta2 = 0.999;
/** As in Keras. */
const epsilon = 1e-7;

export interface AdamInputs {
  readonly parameters: Value;
  readonly first: Value;
  readonly second: Value;
  /** From `adamScalars`. */
  readonly rate: Value;
  readonly epsilon: Value;
  /** For each parameter what it is multiplied with before the update: 1 - learning rate · weight decay. */
  readonly keep?: Value;
}

export interface AdamOutputs {
  readonly parameters: Value;
  readonly first: Value;
  readonly second: Value;
}

export function writeAdam(builder: GraphBuilder, inputs: AdamInputs, gradient: Value): AdamOutputs {
  const decayed = (slot: Value, beta: number) => builder.binary("Mul", slot, builder.scalar(beta));
  const first = builder.binary("Add", decayed(inputs.first, beta1), gradient);
  const second = builder.binary("Add", decayed(inputs.second, beta2), builder.binary("Mul", gradient, gradient));
  const deviation = builder.binary("Add", builder.node("Sqrt", [second], second.shape), inputs.epsilon);
  const change = builder.binary("Mul", builder.binary("Div", first, deviation), inputs.rate);
  const kept = inputs.keep ? builder.binary("Mul", inputs.parameters, inputs.keep) : inputs.parameters;
  return { parameters: builder.binary("Sub", kept, change), first, second };
}

/** The two scalars of step `step` (from 1), such that the update is lr · m̂ / (√v̂ + 1e-7). */
export function adamScalars(step: number, learningRate: number): { readonly rate: number; readonly epsilon: number } {
  const firstFactor = (1 - beta1) / (1 - beta1 ** step);
  const secondFactor = Math.sqrt((1 - beta2) / (1 - beta2 ** step));
  return { rate: (learningRate * firstFactor) / secondFactor, epsilon: epsilon / secondFactor };
}
