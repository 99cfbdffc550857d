import * as v from "valibot";
import { count, numbers, strings } from "./parts";

/** JSON has no NaN: a diverged loss arrives as null and leaves a gap. */
const gappy = v.array(
  v.pipe(
    v.nullable(v.number()),
    v.transform((value) => value ?? NaN),
  ),
);

const pairs = { x: numbers, y: gappy };
const split = v.picklist(["train", "validation"]);

const series = v.pipe(
  v.object({
    metric: v.picklist(["loss", "accuracy", "learningRate"]),
    split,
    per: v.picklist(["step", "epoch"]),
    ...pairs,
    means: v.exactOptional(v.object(pairs)),
  }),
  v.check(({ x, y, means }) => x.length === y.length && means?.x.length === means?.y.length, "as many x as y"),
);

const phase = v.object({
  name: v.string(),
  fromStep: v.number(),
  toStep: v.number(),
  trainableLayers: strings,
  frozenLayers: strings,
  status: v.picklist(["training", "finished", "interrupted", "failed"]),
  notes: v.exactOptional(strings),
});

const best = v.object({
  split,
  phase: v.string(),
  epoch: count,
  step: count,
  loss: v.number(),
  accuracy: v.exactOptional(v.number()),
});

export const curvesSchema = v.pipe(
  v.object({
    kind: v.literal("curves"),
    title: v.string(),
    runs: v.array(
      v.object({
        name: v.string(),
        series: v.array(series),
        phases: v.array(phase),
        best: v.exactOptional(best),
        seconds: v.number(),
      }),
    ),
    differences: v.array(v.object({ option: v.string(), values: strings })),
    view: v.exactOptional(
      v.object({
        smoothing: v.pipe(v.number(), v.minValue(0), v.ltValue(1)),
        logLoss: v.boolean(),
        hidden: strings,
      }),
    ),
    live: v.boolean(),
  }),
  v.check(
    ({ runs, differences }) => differences.every(({ values }) => values.length === runs.length),
    "a value of each differing option for each run",
  ),
);
