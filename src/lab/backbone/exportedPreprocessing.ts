import * as v from "valibot";
import { type Preprocessing, preprocessingSchema } from "./preprocessing";

const aboutSchema = v.object({ preprocessing: preprocessingSchema });

/** What `model.exportTo` wrote under `graft` into the metadata of a file; undefined where it is of somebody else. */
export function exportedPreprocessing(about: unknown): Preprocessing | undefined {
  const parsed = v.safeParse(aboutSchema, about);
  return parsed.success ? parsed.output.preprocessing : undefined;
}
