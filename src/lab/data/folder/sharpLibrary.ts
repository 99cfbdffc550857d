import type sharp from "sharp";
import { GraftError } from "../../../shared/graftError";

/** Decodes images; loaded with the first folder of them, since its binaries weigh more than all that other cells need. */
export async function sharpLibrary(load: () => Promise<unknown> = () => import("sharp")): Promise<typeof sharp> {
  try {
    return ((await load()) as { readonly default: typeof sharp }).default;
  } catch (cause) {
    throw new GraftError({
      code: "data/no-sharp",
      expected: `the npm package sharp with its binaries for ${process.platform}-${process.arch}, which decodes images`,
      found: (cause as Error).message.split("\n")[0]!,
      remedy:
        "Install Graft again without leaving out optional packages (npm install --include=optional), or give images that you have decoded to Dataset.fromImages",
      cause,
    });
  }
}
