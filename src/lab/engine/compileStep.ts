/**
 * Writes one training step as one ONNX graph: forward, backward by reverse-mode differentiation over the layers, optimizer
 * update. The graph is for one batch size; weights are inputs, so a session serves every run with the same layers.
 */
import { placedLayers, valueShapes } from "../backbone/graphShapes";
import type { LayerGraph } from "../backbone/layerGraph";
import { GraftError } from "../../shared/graftError";
import { inputName, writeBackward, writeForward, writeWeightInputs } from "./differentiate";
import type { Loss } from "./engine";
import { flattenAsConvolution } from "./flattenAsConvolution";
import { withoutNorms } from "./foldBatchNorm";
import type { TrainedLayers } from "./lowRank";
import { targetsOfRow } from "./losses/lossRules";
import { lossRules } from "./losses/lossTable";
import { writeLoss } from "./losses/writeLoss";
import { GraphBuilder, type Value } from "./onnx/graphBuilder";
import { type UpdateOptions, writeUpdate } from "./optimizers/writeUpdate";
import { lengthOf, parameterLayout, type Slot } from "./parameterLayout";
import { reluAfterPool } from "./reluAfterPool";
import { writeFoldedWeights, writeUnfoldedGradients } from "./writeFrozenNorms";
import { writeFactorGradients, writeUpdatedWeights } from "./writeLowRank";

export interface StepOptions extends TrainedLayers {
  readonly batch: number;
  /** Default softmax cross-entropy. */
  readonly loss?: Loss;
  /** Whether rows have weights. Default false. */
  readonly weighted?: boolean;
  /**
   * What the step ends with: the optimizer's update; the gradient added to what the batches before have gathered; or the
   * gradient itself (for checks).
   */
  readonly end: UpdateOptions | "accumulate" | "gradient";
}

/**
 * Names of inputs and outputs beside weights (`layer/weight`, in), moved statistics (`layer/weight/next`, out) and those of the
 * update. They hold a space, which no `layer/weight` does at these places, so that they cannot meet a layer's name.
 */
export const names = {
  input: inputName,
  /** Class indices int32 `[batch]`, or float32 `[batch, targetsOfRow]`. */
  targets: "batch targets",
  /** `[batch]`. */
  weights: "batch weights",
  /** Sum of the gradients before, each times its share. */
  gathered: "gathered gradient",
  /** Scalar: the part of the update's rows that are in this batch. */
  share: "gathered share",
  nextGathered: "next gathered gradient",
  gradient: "gradient",
  /** `[batch]`, the rows' losses. */
  losses: "row losses",
  /** `[batch]`, only where targets are classes. */
  predicted: "predicted class",
} as const;

/** The step as an ONNX file. @throws GraftError when the graph cannot be trained: shapes, names, an output that the loss cannot read. */
export function compileStep(model: LayerGraph, options: StepOptions): Uint8Array {
  // Weights go in and out in the shapes of the model as it was given.
  const layout = parameterLayout(placedLayers(model), options);
  checkOutput(model, options.loss);
  const { graph: fewer, norms } = withoutNorms(model, (norm) => !options.trainable.includes(norm));
  const graph = flattenAsConvolution(reluAfterPool(fewer));
  const layers = placedLayers(graph);
  const builder = new GraphBuilder();
  const inputs = writeWeightInputs(builder, layout);
  const { weights, scales } = writeFoldedWeights(builder, norms, writeUpdatedWeights(builder, layout.lowRank, inputs));
  const forward = writeForward(builder, graph, layers, options, weights);
  const output = forward.values.get(graph.output)!;
  const targets =
    lossRules(options.loss).targets === "classes"
      ? builder.input(names.targets, [options.batch], "int32")
      : builder.input(names.targets, [options.batch, targetsOfRow(lossRules(options.loss), outputShape(model))]);
  const rowWeights = options.weighted ? builder.input(names.weights, [options.batch]) : undefined;
  const loss = writeLoss(builder, options.loss, output, targets, rowWeights);
  const byWeight = writeUnfoldedGradients(
    builder,
    norms,
    scales,
    writeBackward(builder, graph, forward, loss.gradient),
  );
  const gradients = writeFactorGradients(builder, layout.lowRank, inputs, byWeight);
  writeEnd(builder, options.end, concatenated(builder, layout.parameters, gradients));
  for (const [name, value] of forward.statistics) builder.output(`${name}/next`, value);
  builder.output(names.losses, loss.rows);
  if (loss.predicted) builder.output(names.predicted, loss.predicted);
  return builder.toBytes("graft training step");
}

/** @throws GraftError `engine/not-logits` when the graph's output is nothing that the loss can be computed of. */
export function checkOutput(graph: LayerGraph, loss: Loss | undefined): void {
  const { ownActivation, targets } = lossRules(loss);
  const shape = outputShape(graph);
  const wanted = targets === "tokens" ? ["steps", "vocabulary"] : ["outputs"];
  const last = graph.layers.find(({ name }) => name === graph.output);
  const activation = last && "activation" in last ? last.activation : "linear";
  const ending = ownActivation !== undefined && activation === ownActivation ? `a ${ownActivation}` : undefined;
  if (shape.length === wanted.length && ending === undefined) return;
  throw new GraftError({
    code: "engine/not-logits",
    expected: `layer "${graph.output}" to give ${ownActivation ? "logits" : "values"} of shape [${wanted.join(", ")}]`,
    found: ending ?? `shape [${shape.join(", ")}]`,
    remedy: ownActivation
      ? `End the graph with a Dense layer without activation; the loss applies the ${ownActivation} itself`
      : "End the graph with a Dense layer, or flatten its output",
  });
}

function outputShape(graph: LayerGraph): readonly number[] {
  return valueShapes(graph).get(graph.output)!;
}

function writeEnd(builder: GraphBuilder, end: StepOptions["end"], gradient: Value): void {
  if (end === "gradient") builder.output(names.gradient, gradient);
  else if (end === "accumulate") {
    const share = builder.binary("Mul", gradient, builder.input(names.share, []));
    const gathered = builder.input(names.gathered, gradient.shape);
    builder.output(names.nextGathered, builder.binary("Add", gathered, share));
  } else writeUpdate(builder, end, gradient);
}

function concatenated(builder: GraphBuilder, slots: readonly Slot[], gradients: ReadonlyMap<string, Value>): Value {
  const flat = slots.map(({ key, size }) => {
    const gradient = gradients.get(key);
    if (gradient) return builder.reshape(gradient, [size]);
    throw new GraftError({
      code: "engine/no-gradient",
      expected: `the output to depend on the trainable weight "${key}"`,
      found: "no way from it to the output",
      remedy: "Leave the layer out of the trainable layers, or connect it",
    });
  });
  return flat.length === 1 ? flat[0]! : builder.node("Concat", flat, [lengthOf(slots)], { axis: 0 });
}
