import * as v from "valibot";
import { interval } from "./parts";

export const comparisonSchema = v.object({
  kind: v.literal("comparison"),
  title: v.string(),
  of: v.exactOptional(v.picklist(["strategies", "runs"])),
  rows: v.array(
    v.object({
      strategy: v.string(),
      detail: v.string(),
      labels: v.number(),
      seeds: v.number(),
      accuracy: v.number(),
      interval,
      gain: v.exactOptional(v.object({ mean: v.number(), interval })),
      seconds: v.number(),
      trunkPasses: v.number(),
    }),
  ),
  live: v.boolean(),
});
