/**
 * The end of a training step: from the gradient of all parameters, one flat array, to their next values. In the order of
 * PyTorch: clipping, weight decay, the optimizer; then the moving average.
 */
import type { TrainRequest } from "../engine";
import { GraphBuilder, type Value } from "../onnx/graphBuilder";
import { optimizerRules, optimizerSettings, type OptimizerSettings } from "./optimizerTable";

/** What is written into the graph. Learning rate and decay are inputs, so that they can change with the step. */
export interface UpdateOptions {
  readonly optimizer: OptimizerSettings;
  /** `gradient`: decay times the parameters is added to it (L2). `weights`: they shrink by a factor of their own (AdamW). */
  readonly decay: "none" | "gradient" | "weights";
  /** Learning rates differ between parameters. */
  readonly factors: boolean;
  readonly clipNorm?: number;
  readonly emaDecay?: number;
}

/** The slot of the moving average; those of optimizers have names of their own. */
export const averageSlot = "average";

/** Names of inputs and outputs. They hold a space, which no `layer/weight` does at these places. */
export const updateNames = {
  parameters: "optimizer parameters",
  gradient: "optimizer gradient",
  decay: "optimizer decay",
  factors: "optimizer factors",
  scalar: (name: string) => `optimizer ${name}`,
  slot: (name: string) => `optimizer slot ${name}`,
  nextParameters: "next parameters",
  nextSlot: (name: string) => `next slot ${name}`,
} as const;

export function updateOptions(request: TrainRequest): UpdateOptions {
  const { optimizer, learningRateFactors, clipNorm, emaDecay } = request;
  const { weightDecay = 0 } = optimizer;
  return {
    optimizer: optimizerSettings(optimizer),
    decay: weightDecay === 0 ? "none" : optimizer.name === "adamW" ? "weights" : "gradient",
    factors: [...(learningRateFactors?.values() ?? [])].some((factor) => factor !== 1),
    ...(clipNorm !== undefined && { clipNorm }),
    ...(emaDecay !== undefined && { emaDecay }),
  };
}

/** All arrays that go from step to step beside the parameters. */
export function slotNames({ optimizer, emaDecay }: UpdateOptions): readonly string[] {
  return [...optimizerRules(optimizer).slots, ...(emaDecay === undefined ? [] : [averageSlot])];
}

/** The update as an ONNX file of its own, where the gradient was gathered over several batches. */
export function compileUpdate(options: UpdateOptions, length: number): Uint8Array {
  const builder = new GraphBuilder();
  writeUpdate(builder, options, builder.input(updateNames.gradient, [length]));
  return builder.toBytes("graft update");
}

export function writeUpdate(builder: GraphBuilder, options: UpdateOptions, rawGradient: Value): void {
  const rules = optimizerRules(options.optimizer);
  const vector = (name: string) => builder.input(name, rawGradient.shape);
  const parameters = vector(updateNames.parameters);
  const slots = rules.slots.map((name) => vector(updateNames.slot(name)));
  const scalars = rules.scalars.map((name) => builder.input(updateNames.scalar(name), []));
  const decay = options.decay === "none" ? undefined : vector(updateNames.decay);

  const clipped = options.clipNorm === undefined ? rawGradient : clip(builder, rawGradient, options.clipNorm);
  const gradient =
    decay && options.decay === "gradient"
      ? builder.binary("Add", clipped, builder.binary("Mul", parameters, decay))
      : clipped;
  const update = rules.write(builder, { slots, scalars }, gradient);
  const change = options.factors ? builder.binary("Mul", update.change, vector(updateNames.factors)) : update.change;
  const kept = decay && options.decay === "weights" ? builder.binary("Mul", parameters, decay) : parameters;
  const next = builder.binary("Sub", kept, change);

  builder.output(updateNames.nextParameters, next);
  update.slots.forEach((slot, i) => builder.output(updateNames.nextSlot(rules.slots[i]!), slot));
  if (options.emaDecay === undefined) return;
  const average = builder.binary("Mul", vector(updateNames.slot(averageSlot)), builder.scalar(options.emaDecay));
  const share = builder.binary("Mul", next, builder.scalar(1 - options.emaDecay));
  builder.output(updateNames.nextSlot(averageSlot), builder.binary("Add", average, share));
}

/** g · limit / max(‖g‖, limit) (Pascanu et al. 2013), which leaves shorter gradients to the bit. */
function clip(builder: GraphBuilder, gradient: Value, limit: number): Value {
  const norm = builder.node("ReduceL2", [gradient, builder.longs([0])], [], { keepdims: 0 });
  const longer = builder.node("Max", [norm, builder.scalar(limit)], []);
  return builder.binary("Mul", gradient, builder.binary("Div", builder.scalar(limit), longer));
}
