/** The backends of tfjs that can run here; a suite says which ones did, so that a missing one is never silent. */
import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../tfjs/backend";
import { useNative, useWasm } from "../tfjs/installedBackends";

export interface FoundBackends {
  readonly backends: readonly string[];
  /** In words, one line each. */
  readonly missing: readonly string[];
}

const require = createRequire(import.meta.url);

/** Loads and initialises them: `cpu`, `wasm`, and `tensorflow` where tfjs-node is installed. `cpu` is set at the end. */
export async function tfjsBackends(): Promise<FoundBackends> {
  const backends: string[] = [];
  const missing: string[] = [];
  for (const { backend, use } of [
    { backend: "tensorflow", use: () => useNative(tf, require) },
    { backend: "wasm", use: () => useWasm(tf, require) },
    { backend: "cpu", use: () => useBackend(tf, "cpu") },
  ]) {
    try {
      await use();
      backends.push(backend);
    } catch (error) {
      missing.push(`${backend} did not run: ${(error as Error).message.split("\n")[0]}`);
    }
  }
  return { backends, missing };
}
