import { GraftError } from "../../../../shared/graftError";

/** @param file Which one, within the folder. */
export function damagedSavedModel(origin: string, file: string, found: string, cause?: unknown): GraftError {
  return new GraftError({
    code: "backbone/bad-saved-model",
    expected: `${file} of a TensorFlow SavedModel in ${origin}`,
    found,
    remedy: "Copy or save the model again; the file is damaged or of something else",
    cause,
  });
}
