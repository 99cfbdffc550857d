/** The JSON entries of a `.graft` file. What a layer's settings may be is known by its kind, and met when shapes are worked out. */
import * as v from "valibot";
import { isLayerType } from "../backbone/kinds/kindTable";
import type { Layer } from "../backbone/layerGraph";
import { preprocessingSchema } from "../backbone/preprocessing";

const names = v.array(v.string());
const side = v.pipe(v.number(), v.integer(), v.minValue(1));

const layerSchema = v.custom<Layer>((value) => {
  const { type, name, inputs } = (value ?? {}) as Partial<Record<string, unknown>>;
  return typeof type === "string" && typeof name === "string" && v.is(names, inputs);
}, "a layer has a type, a name and inputs");

const graphSchema = v.object({
  input: v.object({ name: v.string(), shape: v.array(side) }),
  layers: v.array(layerSchema),
  output: v.string(),
});

const json = v.record(v.string(), v.unknown());

export const modelSchema = v.object({
  backbone: v.string(),
  graph: graphSchema,
  featureLayer: v.string(),
  preprocessing: preprocessingSchema,
  classes: v.pipe(names, v.minLength(2)),
  pretrained: v.boolean(),
  trainable: names,
  trainedOn: v.exactOptional(v.string()),
  provenance: v.exactOptional(v.object({ backbone: v.string(), sha256: v.string(), card: v.exactOptional(json) })),
  unfinished: v.exactOptional(
    v.object({
      plan: v.looseObject({ layers: names, epochs: v.number() }),
      progress: v.looseObject({ step: v.number(), epoch: v.number() }),
      trainedOn: v.string(),
      validatedOn: v.exactOptional(v.string()),
    }),
  ),
});

const numbers = v.array(v.number());
/** JSON has no NaN: the loss of a training that diverged. */
const loss = v.pipe(
  v.nullable(v.number()),
  v.transform((value) => value ?? NaN),
);

export const historySchema = v.array(
  v.looseObject({
    name: v.string(),
    trainableLayers: names,
    frozenLayers: names,
    status: v.picklist(["training", "finished", "interrupted", "failed"]),
    seconds: v.number(),
    notes: names,
    steps: v.object({ step: numbers, loss: v.array(loss), learningRate: v.array(v.nullable(v.number())) }),
    epochs: v.array(
      v.looseObject({
        epoch: v.number(),
        step: v.number(),
        trainLoss: loss,
        trainAccuracy: v.exactOptional(v.number()),
        validationLoss: v.exactOptional(loss),
        validationAccuracy: v.exactOptional(v.number()),
      }),
    ),
  }),
);

/** The first layer of a kind that this Graft does not know. */
export function unknownLayer(layers: readonly Layer[]): Layer | undefined {
  return layers.find(({ type }) => !isLayerType(type));
}
