import * as v from "valibot";
import { count } from "./parts";
import { pictured } from "./pictureSchema";

export const topLossesSchema = v.object({
  kind: v.literal("topLosses"),
  title: v.string(),
  of: count,
  examples: v.array(
    v.object({
      ...pictured,
      labelled: v.string(),
      labelledProbability: v.number(),
      predicted: v.string(),
      probability: v.number(),
      loss: v.number(),
    }),
  ),
  live: v.literal(false),
});
