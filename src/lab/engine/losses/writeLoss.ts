import type { Loss } from "../engine";
import type { GraphBuilder, Value } from "../onnx/graphBuilder";
import { lossRules } from "./lossTable";

export interface MeanLoss {
  /** `[batch]`, times the rows' weights. */
  readonly rows: Value;
  /** Shaped as the output: of the mean over the batch by it. */
  readonly gradient: Value;
  readonly predicted?: Value;
}

/** @param weights `[batch]`, factors of the rows' losses. The mean stays one over the number of rows, as in Keras. */
export function writeLoss(
  builder: GraphBuilder,
  loss: Loss | undefined,
  output: Value,
  targets: Value,
  weights?: Value,
): MeanLoss {
  const { rows, slope, divisor, predicted } = lossRules(loss).write(builder, output, targets);
  const batch = output.shape[0] as number;
  const size = builder.scalar(batch * divisor);
  const rest = predicted && { predicted };
  if (weights === undefined) return { rows, gradient: builder.binary("Div", slope, size), ...rest };
  const shares = builder.reshape(builder.binary("Div", weights, size), [batch, ...output.shape.slice(1).map(() => 1)]);
  return { rows: builder.binary("Mul", rows, weights), gradient: builder.binary("Mul", slope, shares), ...rest };
}
