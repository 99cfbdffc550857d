import { join } from "node:path";
import { GraftError } from "../../shared/graftError";
import { cacheFolder } from "../data/locations";
import { dtypeVariable, featuresVariable, limitVariable } from "./cacheProblem";
import type { DiskFeatureStoreOptions } from "./diskFeatureStore";

/**
 * Where and how features are stored: in `$GRAFT_FEATURES`, else in `features` of the cache folder; up to `$GRAFT_FEATURES_GIB`;
 * as `$GRAFT_FEATURES_DTYPE`, `float32` (the default) or `float16`.
 *
 * @throws GraftError `train/cache-option`.
 */
export function storeSettings(environment: NodeJS.ProcessEnv = process.env): DiskFeatureStoreOptions {
  const folder = environment[featuresVariable] ?? "";
  const gib = environment[limitVariable] ?? "";
  const dtype = environment[dtypeVariable] ?? "";
  if (dtype !== "" && dtype !== "float32" && dtype !== "float16") {
    throw wrongOption(dtypeVariable, "float32 or float16", dtype);
  }
  if (gib !== "" && !(Number(gib) > 0 && Number.isFinite(Number(gib)))) {
    throw wrongOption(limitVariable, "a positive number of GiB", gib);
  }
  return {
    folder: folder === "" ? join(cacheFolder(environment), "features") : folder,
    ...(gib === "" ? {} : { limitBytes: Number(gib) * 2 ** 30 }),
    ...(dtype === "" ? {} : { dtype }),
  };
}

function wrongOption(variable: string, expected: string, found: string): GraftError {
  return new GraftError({
    code: "train/cache-option",
    expected: `${expected} in the environment variable ${variable}`,
    found: `"${found}"`,
    remedy: "Correct or remove the variable, then restart the kernel",
  });
}
