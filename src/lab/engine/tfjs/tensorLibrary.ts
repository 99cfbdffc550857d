/**
 * `@tensorflow/tfjs` as this process has it. It is loaded when something needs it, never before: its import costs half a second.
 */
import type * as tfjs from "@tensorflow/tfjs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { distFolder } from "../../../shared/distFolder";
import { labHost } from "../../../shared/labHost";

export type TensorLibrary = typeof tfjs;
export type TfTensor = tfjs.Tensor;

/** Finds Graft's own packages. */
export function ownRequire(): NodeJS.Require {
  return createRequire(join(distFolder(), "graft.js"));
}

/** The instance that cells have, so that the layers that they register are known in it; outside a kernel Graft's own. */
export async function loadTensorLibrary(): Promise<TensorLibrary> {
  const ofCells = await labHost().tensorLibrary?.();
  if (ofCells !== undefined) return ofCells as TensorLibrary;
  // By `require`, as cells load it: `import()` would give another view of the same module.
  return ownRequire()("@tensorflow/tfjs") as TensorLibrary;
}
