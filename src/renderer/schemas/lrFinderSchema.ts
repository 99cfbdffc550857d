import * as v from "valibot";
import { numbers } from "./parts";

const positive = v.pipe(v.number(), v.gtValue(0));

export const lrFinderSchema = v.pipe(
  v.object({
    kind: v.literal("lrFinder"),
    title: v.string(),
    rates: v.pipe(v.array(positive), v.minLength(2)),
    losses: numbers,
    valley: positive,
    steepest: positive,
    diverged: v.boolean(),
    live: v.literal(false),
  }),
  v.check(({ rates, losses }) => rates.length === losses.length, "as many rates as losses"),
);
