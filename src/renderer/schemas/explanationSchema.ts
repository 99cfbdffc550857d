import * as v from "valibot";
import { count, pixels, png } from "./parts";

export const explanationSchema = v.object({
  kind: v.literal("explanation"),
  title: v.string(),
  method: v.picklist(["gradCam", "occlusion"]),
  layer: v.exactOptional(v.string()),
  examples: v.array(
    v.object({
      index: count,
      height: pixels,
      width: pixels,
      image: png,
      heat: png,
      warmest: v.exactOptional(v.tuple([count, count])),
      name: v.string(),
      probability: v.number(),
      labelled: v.string(),
    }),
  ),
  live: v.boolean(),
});
