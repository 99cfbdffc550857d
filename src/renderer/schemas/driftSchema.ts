import * as v from "valibot";
import { strings } from "./parts";

export const driftSchema = v.pipe(
  v.object({
    kind: v.literal("drift"),
    title: v.string(),
    models: v.pipe(strings, v.minLength(1)),
    rows: v.array(
      v.object({
        layer: v.string(),
        type: v.string(),
        of: v.picklist(["weights", "statistics"]),
        drift: v.array(v.nullable(v.pipe(v.number(), v.minValue(0)))),
      }),
    ),
    live: v.literal(false),
  }),
  v.check(({ models, rows }) => rows.every(({ drift }) => drift.length === models.length), "a value for each model"),
);
