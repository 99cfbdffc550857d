/** What can be wrong with the folder of stored features, in words. None of it ends a training: features then stay in memory. */
import { GraftError } from "../../shared/graftError";

/** How a person tells Graft where features are stored, how much, and how. */
export const featuresVariable = "GRAFT_FEATURES";
export const limitVariable = "GRAFT_FEATURES_GIB";
export const dtypeVariable = "GRAFT_FEATURES_DTYPE";

const anotherFolder = `or set the environment variable ${featuresVariable} to another folder, then restart the kernel`;

/** For an error of the file system. */
export function diskProblem(folder: string, cause: unknown): GraftError {
  const { code = "", message } = cause as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new GraftError({
      code: "train/cache-full",
      expected: `room to store features in ${folder}`,
      found: `a full disk (${message})`,
      remedy: `Features stay in memory until the kernel ends. Free some space, ${anotherFolder}`,
      cause,
    });
  }
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return new GraftError({
      code: "train/cache-permission",
      expected: `permission to store features in ${folder}`,
      found: message,
      remedy: `Features stay in memory until the kernel ends. Give yourself the right to write there, ${anotherFolder}`,
      cause,
    });
  }
  return new GraftError({
    code: "train/cache-unusable",
    expected: `a folder to store features in at ${folder}`,
    found: message,
    remedy: `Features stay in memory until the kernel ends. Mend or remove what lies there, ${anotherFolder}`,
    cause,
  });
}

export function newerStore(folder: string, found: string): GraftError {
  return new GraftError({
    code: "train/cache-version",
    expected: `stored features of version 1 in ${folder}`,
    found,
    remedy: `It is left as it is, and features stay in memory until the kernel ends. Update Graft, remove the folder, ${anotherFolder}`,
  });
}

export function corruptedRows(path: string): GraftError {
  return new GraftError({
    code: "train/cache-corrupted",
    expected: "stored features as they were written",
    found: `other bytes in ${path}`,
    remedy:
      "Nothing is to be done: what is damaged is not used and is computed again. If this comes often, check the disk",
  });
}

export function limitReached(bytes: number): GraftError {
  return new GraftError({
    code: "train/cache-limit",
    expected: `room to store ${inGib(bytes)} more of features`,
    found: "that what is in use already fills the limit of the store",
    remedy: `Features stay in memory. Set the environment variable ${limitVariable} to more GiB, or ${dtypeVariable} to float16 which halves them, then restart the kernel`,
  });
}

export function tooLargeForFloat16(): GraftError {
  return new GraftError({
    code: "train/cache-float16",
    expected: "features up to 65504, the largest number of float16",
    found: "larger ones",
    remedy: `These stay in memory as they are. Set the environment variable ${dtypeVariable} to float32, then restart the kernel`,
  });
}

export function tooLargeForMemory(bytes: number): GraftError {
  return new GraftError({
    code: "train/cache-memory",
    expected: "features that fit in memory, or in the store on disk",
    found: `${inGib(bytes)}, more than either has room for`,
    remedy: `Make room on the disk and set ${limitVariable} to more GiB, set ${dtypeVariable} to float16, train fewer layers so that the cut has smaller features, or use fewer images`,
  });
}

function inGib(bytes: number): string {
  const gib = bytes / 2 ** 30;
  return gib >= 0.1 ? `${gib.toFixed(1)} GiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
