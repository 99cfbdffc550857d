import type { Loss } from "../engine";
import type { LossRules } from "./lossRules";

/**
 * Cross-entropy of the softmax over logits. Label smoothing s (Szegedy et al. 2016) takes s off the true class and spreads it over
 * all: target = (1 - s) · onehot + s / classes, as Keras and PyTorch do.
 */
export function softmaxCrossEntropy({ labelSmoothing = 0 }: Extract<Loss, { name: "softmaxCrossEntropy" }>): LossRules {
  return {
    targets: "classes",
    ownActivation: "softmax",

    write(builder, logits, labels) {
      const [batch, classes] = logits.shape as readonly [number, number];
      const logProbabilities = builder.node("LogSoftmax", [logits], logits.shape, { axis: 1 });
      const indices = builder.ints(
        Int32Array.from({ length: classes }, (_, index) => index),
        [1, classes],
      );
      const matches = builder.node("Equal", [builder.reshape(labels, [batch, 1]), indices], logits.shape, {}, "bool");
      const oneHot = builder.node("Cast", [matches], logits.shape, { to: 1 });
      const target =
        labelSmoothing === 0
          ? oneHot
          : builder.binary(
              "Add",
              builder.binary("Mul", oneHot, builder.scalar(1 - labelSmoothing)),
              builder.scalar(labelSmoothing / classes),
            );
      const probabilities = builder.node("Exp", [logProbabilities], logits.shape);
      const likelihood = builder.reduce("ReduceSum", builder.binary("Mul", logProbabilities, target), [1], false);
      const best = builder.node("ArgMax", [logits], [batch], { axis: 1, keepdims: 0 }, "int64");
      return {
        rows: builder.node("Neg", [likelihood], [batch]),
        slope: builder.binary("Sub", probabilities, target),
        divisor: 1,
        predicted: builder.node("Cast", [best], [batch], { to: 6 }, "int32"),
      };
    },

    ofRow(logits, label) {
      const largest = logits.reduce((most, logit) => Math.max(most, logit), -Infinity);
      let sum = 0;
      let total = 0;
      for (const logit of logits) {
        sum += Math.exp(logit - largest);
        total += logit - largest;
      }
      const logSum = Math.log(sum);
      const ofTrue = logSum - (logits[label as number]! - largest);
      const ofAll = logSum - total / logits.length;
      return (1 - labelSmoothing) * ofTrue + labelSmoothing * ofAll;
    },
  };
}
