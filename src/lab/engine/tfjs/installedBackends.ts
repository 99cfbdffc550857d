/** Which backends of tfjs are installed, found out without loading any; and how each is loaded. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { useBackend } from "./backend";
import { linkTensors, nativeEngineFolder } from "./nativeEngineFolder";
import type { TensorLibrary } from "./tensorLibrary";

/** Version of a package as `require` would find it; undefined when it is not installed. */
export function installedVersion(require: NodeJS.Require, name: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(require.resolve(`${name}/package.json`), "utf8")) as { version: string }).version;
  } catch {
    return undefined; // Not installed.
  }
}

/** Version of tfjs-node, where its binary is there too: among Graft's own packages, or in the folder of the native engine. */
export function nativeVersion(require: NodeJS.Require): string | undefined {
  const from = nativeRequire(require);
  return from === undefined ? undefined : installedVersion(from, "@tensorflow/tfjs-node");
}

function nativeRequire(require: NodeJS.Require): NodeJS.Require | undefined {
  return [require, elsewhere()].find((from) => {
    if (installedVersion(from, "@tensorflow/tfjs-node") === undefined) return false;
    // The package is there even when its binary could not be downloaded or built.
    const folder = dirname(from.resolve("@tensorflow/tfjs-node/package.json"));
    return existsSync(join(folder, "lib", "napi-v8", "tfjs_binding.node"));
  });
}

function elsewhere(): NodeJS.Require {
  return createRequire(join(nativeEngineFolder(), "native.js"));
}

/** @throws when tfjs-node does not load. */
export async function useNative(tf: TensorLibrary, require: NodeJS.Require): Promise<void> {
  // tfjs-node 4.22 calls two functions of `node:util` that Node 23 has removed.
  const util = require("node:util") as Record<string, unknown>;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
  const from = nativeRequire(require) ?? require;
  // The extension may have moved since: another version lies in another folder.
  if (from !== require) linkTensors(nativeEngineFolder(), require);
  from("@tensorflow/tfjs-node");
  if (!(await useBackend(tf, "tensorflow"))) throw new Error("its backend does not initialise");
}

/** With the gradients that the wasm backend lacks. @throws when it does not load. */
export async function useWasm(tf: TensorLibrary, require: NodeJS.Require): Promise<void> {
  const wasm = require("@tensorflow/tfjs-backend-wasm") as { setWasmPaths(folder: string): void };
  // Once it runs it refuses to be told where its files are.
  if (!("wasm" in tf.engine().registry)) {
    wasm.setWasmPaths(`${dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
  }
  if (!(await useBackend(tf, "wasm"))) throw new Error("its backend does not initialise");
}

/** The fastest backend that loads: TensorFlow's own, else wasm, else plain JavaScript. */
export async function useFastestBackend(tf: TensorLibrary, require: NodeJS.Require): Promise<string> {
  const ways = [
    ...(nativeVersion(require) === undefined ? [] : [() => useNative(tf, require)]),
    () => useWasm(tf, require),
  ];
  for (const way of ways) {
    try {
      await way();
      return tf.getBackend();
    } catch {
      // The next one is slower and computes the same; the engine's name says which one it became.
    }
  }
  await useBackend(tf, "cpu");
  return "cpu";
}
