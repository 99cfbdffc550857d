/** Which backend of tfjs computes, and how to be on it for the length of a piece of work. */
import type { TensorLibrary } from "./tensorLibrary";
import { registerMissingKernels } from "./missingKernels";

/**
 * Runs `work` on `backend` and comes back to the one that cells use. Nothing may be awaited inside: whatever a cell does meanwhile
 * would be done on this backend too. The backend has been initialised before, by `useBackend`.
 */
export function onBackend<Result>(tf: TensorLibrary, backend: string, work: () => Result): Result {
  const before = tf.getBackend();
  if (before === backend) return work();
  // Synchronous for a backend that is there already; the promise says no more than that.
  void tf.setBackend(backend);
  try {
    return work();
  } finally {
    void tf.setBackend(before);
  }
}

/** Initialises a backend whose package has been loaded, and completes it. */
export async function useBackend(tf: TensorLibrary, backend: string): Promise<boolean> {
  const isThere = await tf.setBackend(backend);
  if (isThere) {
    await tf.ready();
    registerMissingKernels(tf, backend);
  }
  return isThere;
}

/** Goes a way that sets a backend, which is ready for `onBackend` then; cells stay on theirs. Returns its name. */
export async function readied(tf: TensorLibrary, use: () => Promise<unknown>): Promise<string> {
  // Empty before the first backend is set.
  const ofCells = tf.getBackend();
  await use();
  const backend = tf.getBackend();
  if (ofCells && ofCells !== backend) await tf.setBackend(ofCells);
  return backend;
}
