import * as v from "valibot";
import { count, strings } from "./parts";
import { pictured } from "./pictureSchema";

export const confusionSchema = v.pipe(
  v.object({
    kind: v.literal("confusion"),
    title: v.string(),
    classes: strings,
    counts: v.array(v.array(count)),
    support: v.array(count),
    accuracy: v.number(),
    examples: count,
    confused: v.array(v.object({ truth: count, prediction: count, count, examples: v.array(v.object(pictured)) })),
    notes: strings,
    live: v.literal(false),
  }),
  v.check(
    ({ classes, counts, support }) =>
      [counts, support, ...counts].every(({ length }) => length === classes.length) && classes.length > 0,
    "a row and a column for each class",
  ),
  v.check(
    ({ classes, confused }) => confused.every((pair) => Math.max(pair.truth, pair.prediction) < classes.length),
    "a class for each confused pair",
  ),
);
