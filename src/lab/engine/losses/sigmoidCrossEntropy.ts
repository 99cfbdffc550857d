import type { Loss } from "../engine";
import type { LossRules } from "./lossRules";

/**
 * Mean over the outputs of the cross-entropy of a sigmoid of each logit x with its target t in [0, 1]: softplus(x) - t · x. Label
 * smoothing s moves targets to the middle, t · (1 - s) + s / 2, as in Keras.
 */
export function sigmoidCrossEntropy({ labelSmoothing = 0 }: Extract<Loss, { name: "sigmoidCrossEntropy" }>): LossRules {
  return {
    targets: "values",
    ownActivation: "sigmoid",

    write(builder, logits, values) {
      const [, outputs] = logits.shape as readonly [number, number];
      const targets =
        labelSmoothing === 0
          ? values
          : builder.binary(
              "Add",
              builder.binary("Mul", values, builder.scalar(1 - labelSmoothing)),
              builder.scalar(labelSmoothing / 2),
            );
      const each = builder.binary(
        "Sub",
        builder.node("Softplus", [logits], logits.shape),
        builder.binary("Mul", logits, targets),
      );
      return {
        rows: builder.reduce("ReduceMean", each, [1], false),
        slope: builder.binary("Sub", builder.node("Sigmoid", [logits], logits.shape), targets),
        divisor: outputs,
      };
    },

    ofRow(logits, values) {
      let sum = 0;
      logits.forEach((x, i) => {
        const target = (values as Float32Array)[i]! * (1 - labelSmoothing) + labelSmoothing / 2;
        sum += Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))) - target * x;
      });
      return sum / logits.length;
    },
  };
}
