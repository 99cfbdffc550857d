import * as v from "valibot";
import { count, pixels, png } from "./parts";

/** Of every figure that shows examples. */
export const pictured = {
  index: count,
  picture: v.exactOptional(
    v.variant("kind", [
      v.object({ kind: v.literal("image"), height: pixels, width: pixels, image: png }),
      v.object({ kind: v.literal("text"), text: v.string() }),
    ]),
  ),
};
