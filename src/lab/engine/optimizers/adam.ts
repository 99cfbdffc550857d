/**
 * Adam (Kingma & Ba 2015), and the part of AdamW (Loshchilov & Hutter 2019) beside its decay. The slots hold the moments without
 * their factors, `Σ beta^k g` and `Σ beta^k g²`, which saves two passes over memory; the factors and the bias correction are
 * in two scalars a step, such that the update is lr · m̂ / (√v̂ + epsilon).
 */
import type { OptimizerRules } from "./optimizerRules";

export interface AdamSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

export function adam({ beta1, beta2, epsilon }: AdamSettings): OptimizerRules {
  return {
    slots: ["first moment", "second moment"],
    scalars: ["rate", "epsilon"],

    scalarsAt(step, learningRate) {
      const firstFactor = (1 - beta1) / (1 - beta1 ** step);
      const secondFactor = Math.sqrt((1 - beta2) / (1 - beta2 ** step));
      return [(learningRate * firstFactor) / secondFactor, epsilon / secondFactor];
    },

    write(builder, inputs, gradient) {
      const [oldFirst, oldSecond] = inputs.slots;
      const [rate, scaledEpsilon] = inputs.scalars;
      const first = builder.binary("Add", builder.binary("Mul", oldFirst!, builder.scalar(beta1)), gradient);
      const second = builder.binary(
        "Add",
        builder.binary("Mul", oldSecond!, builder.scalar(beta2)),
        builder.binary("Mul", gradient, gradient),
      );
      const deviation = builder.binary("Add", builder.node("Sqrt", [second], second.shape), scaledEpsilon!);
      return {
        change: builder.binary("Mul", builder.binary("Div", first, deviation), rate!),
        slots: [first, second],
      };
    },

    apply([first, second], [rate, scaledEpsilon], gradient) {
      for (let i = 0; i < gradient.length; i++) {
        first![i] = first![i]! * beta1 + gradient[i]!;
        second![i] = second![i]! * beta2 + gradient[i]! ** 2;
        gradient[i] = (first![i]! / (Math.sqrt(second![i]!) + scaledEpsilon!)) * rate!;
      }
    },
  };
}
