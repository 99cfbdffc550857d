import type { LossRules } from "./lossRules";

/**
 * Cross-entropy of the softmax over a vocabulary, at several steps of a row: mean over the steps that have a target. A row without any
 * has the loss 0.
 */
export const tokenCrossEntropy: LossRules = {
  targets: "tokens",
  ownActivation: "softmax",

  write(builder, logits, tokens) {
    const [batch, steps, vocabulary] = logits.shape as readonly [number, number, number];
    const ids = builder.floats(
      Float32Array.from({ length: vocabulary }, (_, id) => id),
      [1, 1, vocabulary],
    );
    const wanted = builder.reshape(tokens, [batch, steps, 1]);
    const oneHot = builder.node(
      "Cast",
      [builder.node("Equal", [wanted, ids], logits.shape, {}, "bool")],
      logits.shape,
      { to: 1 },
    );
    const isAsked = builder.node("GreaterOrEqual", [tokens, builder.scalar(0)], tokens.shape, {}, "bool");
    const asked = builder.node("Cast", [isAsked], tokens.shape, { to: 1 });
    const count = builder.reduce("ReduceSum", asked, [1], true);
    const shares = builder.binary("Div", asked, builder.node("Max", [count, builder.scalar(1)], count.shape));
    const logProbabilities = builder.node("LogSoftmax", [logits], logits.shape, { axis: 2 });
    const likelihood = builder.reduce("ReduceSum", builder.binary("Mul", logProbabilities, oneHot), [2], false);
    const mean = builder.reduce("ReduceSum", builder.binary("Mul", likelihood, shares), [1], false);
    const difference = builder.binary("Sub", builder.node("Exp", [logProbabilities], logits.shape), oneHot);
    return {
      rows: builder.node("Neg", [mean], [batch]),
      slope: builder.binary("Mul", difference, builder.reshape(shares, [batch, steps, 1])),
      divisor: 1,
    };
  },

  ofRow(logits, tokens) {
    const wanted = tokens as Float32Array;
    const vocabulary = logits.length / wanted.length;
    let sum = 0;
    let asked = 0;
    wanted.forEach((id, step) => {
      if (id < 0) return;
      const values = logits.subarray(step * vocabulary, (step + 1) * vocabulary);
      const largest = values.reduce((most, logit) => Math.max(most, logit), -Infinity);
      const exponentials = values.reduce((total, logit) => total + Math.exp(logit - largest), 0);
      sum += Math.log(exponentials) - (values[id]! - largest);
      asked++;
    });
    return asked === 0 ? 0 : sum / asked;
  },
};
