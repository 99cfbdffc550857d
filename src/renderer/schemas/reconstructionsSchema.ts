import * as v from "valibot";
import { count, numbers, pixels, png } from "./parts";

export const reconstructionsSchema = v.object({
  kind: v.literal("reconstructions"),
  title: v.string(),
  indices: v.array(count),
  height: pixels,
  width: pixels,
  noise: v.string(),
  rows: v.array(
    v.object({
      name: v.string(),
      depth: count,
      units: v.exactOptional(count),
      errors: v.exactOptional(numbers),
      images: v.array(png),
    }),
  ),
  live: v.literal(false),
});
