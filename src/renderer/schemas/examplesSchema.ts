import * as v from "valibot";
import { count } from "./parts";
import { pictured } from "./pictureSchema";

export const examplesSchema = v.object({
  kind: v.literal("examples"),
  title: v.string(),
  of: count,
  classes: count,
  seed: v.number(),
  examples: v.array(v.object({ ...pictured, labelled: v.string() })),
  live: v.literal(false),
});
