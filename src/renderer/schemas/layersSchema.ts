import * as v from "valibot";
import { count, numbers } from "./parts";

export const layersSchema = v.object({
  kind: v.literal("layers"),
  title: v.string(),
  backbone: v.string(),
  input: numbers,
  layers: v.array(
    v.object({
      name: v.string(),
      type: v.string(),
      shape: numbers,
      parameters: count,
      state: v.exactOptional(v.picklist(["frozen", "trained"])),
      lastLayers: v.exactOptional(count),
      part: v.picklist(["backbone", "head"]),
    }),
  ),
  live: v.literal(false),
});
