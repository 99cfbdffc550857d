import { GraftError } from "../../../shared/graftError";

/** Files of later ones may mean something else by the same words. */
const newestMajor = 3;

/** @param version As the file says it, `"3.15.1"`; undefined where it says none. @throws GraftError `backbone/newer-keras`. */
export function requireKnownKeras(version: string | undefined, origin: string): void {
  if (version === undefined || !(Number.parseInt(version, 10) > newestMajor)) return;
  throw new GraftError({
    code: "backbone/newer-keras",
    expected: `a model of Keras ${newestMajor} or earlier in ${origin}`,
    found: `Keras ${version}`,
    remedy: `Update Graft, or save the model with Keras ${newestMajor}`,
  });
}
