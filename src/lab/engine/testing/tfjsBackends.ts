/** The backends of tfjs that can run here; a suite says which ones did, so that a missing one is never silent. */
import { createRequire } from "node:module";
import { dirname } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../tfjs/backend";

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
  for (const { backend, load } of [
    { backend: "tensorflow", load: () => void require("@tensorflow/tfjs-node") },
    { backend: "wasm", load: loadWasm },
    { backend: "cpu", load: () => undefined },
  ]) {
    try {
      load();
      if (!(await useBackend(tf, backend))) throw new Error("it does not initialise");
      backends.push(backend);
    } catch (error) {
      missing.push(`${backend} did not run: ${(error as Error).message.split("\n")[0]}`);
    }
  }
  return { backends, missing };
}

function loadWasm(): void {
  const wasm = require("@tensorflow/tfjs-backend-wasm") as { setWasmPaths(folder: string): void };
  wasm.setWasmPaths(`${dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
}
