import type { GraphBuilder, Value } from "./onnx/graphBuilder";

export interface CrossEntropy {
  /** `[batch]`, log of the probability of the true class. */
  readonly logLikelihood: Value;
  /** `[batch]`, the class with the largest logit. */
  readonly predicted: Value;
  /** `[batch, classes]`, of the mean loss over the batch by the logits. */
  readonly gradient: Value;
}

/** Softmax cross-entropy from logits `[batch, classes]` and class indices `[batch]`. */
export function writeCrossEntropy(builder: GraphBuilder, logits: Value, labels: Value): CrossEntropy {
  const [batch, classes] = logits.shape as readonly [number, number];
  const logProbabilities = builder.node("LogSoftmax", [logits], logits.shape, { axis: 1 });
  const indices = builder.ints(
    Int32Array.from({ length: classes }, (_, index) => index),
    [1, classes],
  );
  const matches = builder.node("Equal", [builder.reshape(labels, [batch, 1]), indices], logits.shape, {}, "bool");
  const target = builder.node("Cast", [matches], logits.shape, { to: 1 });
  const probabilities = builder.node("Exp", [logProbabilities], logits.shape);
  const best = builder.node("ArgMax", [logits], [batch], { axis: 1, keepdims: 0 }, "int64");
  return {
    logLikelihood: builder.reduce("ReduceSum", builder.binary("Mul", logProbabilities, target), [1], false),
    predicted: builder.node("Cast", [best], [batch], { to: 6 }, "int32"),
    gradient: builder.binary("Div", builder.binary("Sub", probabilities, target), builder.scalar(batch)),
  };
}
