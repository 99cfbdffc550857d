/**
 * Which engines this kernel has. Found out without loading any of them, because loading costs half a second; the tensor
 * backend is set up when a cell first imports tfjs.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { EngineInfo } from "../../shared/sessionState";
import type { Namespace } from "../run/moduleLoader";

export class Engines {
  readonly #require: NodeJS.Require;
  #info: EngineInfo;

  constructor(distFolder: string) {
    this.#require = createRequire(join(distFolder, "kernel.js"));
    const native = this.#nativeVersion();
    const training = this.#version("onnxruntime-node");
    this.#info = {
      training: training === undefined ? "none" : `onnxruntime ${training}`,
      tensors: native === undefined ? "wasm" : `tensorflow (tfjs-node ${native})`,
      native: native !== undefined,
    };
  }

  get info(): EngineInfo {
    return this.#info;
  }

  /** Gives tfjs its fastest backend. `warn` is told once what falls away without the native one. */
  async prepareTensors(tfjs: Namespace, warn: (text: string) => void): Promise<void> {
    const tf = tfjs as unknown as TensorLibrary;
    if (this.#info.native) {
      try {
        this.#restoreRemovedFunctions();
        this.#require("@tensorflow/tfjs-node");
        await tf.ready();
        return;
      } catch (error) {
        this.#info = { ...this.#info, tensors: "wasm", native: false };
        warn(`tfjs-node is installed but does not load (${firstLine(error)}). ${withoutNative}\n`);
      }
    } else {
      warn(`${withoutNative}\n`);
    }
    try {
      const wasm = this.#require("@tensorflow/tfjs-backend-wasm") as { setWasmPaths(folder: string): void };
      wasm.setWasmPaths(`${dirname(this.#require.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
      await tf.setBackend("wasm");
      await tf.ready();
    } catch (error) {
      warn(`The wasm backend does not load (${firstLine(error)}); tensors are computed in plain JavaScript.\n`);
      await tf.setBackend("cpu");
      this.#info = { ...this.#info, tensors: "cpu" };
    }
  }

  /** tfjs-node 4.22 calls two functions of `node:util` that Node 23 has removed. */
  #restoreRemovedFunctions(): void {
    const util = this.#require("node:util") as Record<string, unknown>;
    util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
    util.isArray ??= Array.isArray;
  }

  #nativeVersion(): string | undefined {
    const version = this.#version("@tensorflow/tfjs-node");
    if (version === undefined) {
      return undefined;
    }
    // The package is there even when its binary could not be downloaded or built.
    const folder = dirname(this.#require.resolve("@tensorflow/tfjs-node/package.json"));
    const binary = join(folder, "lib", `napi-v8`, "tfjs_binding.node");
    return existsSync(binary) ? version : undefined;
  }

  #version(name: string): string | undefined {
    try {
      const file = this.#require.resolve(`${name}/package.json`);
      return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
    } catch {
      return undefined; // Not installed.
    }
  }
}

interface TensorLibrary {
  ready(): Promise<void>;
  setBackend(name: string): Promise<boolean>;
}

const withoutNative =
  "Tensors in cells run on the wasm backend: slower, and without training of convolutions. " +
  "'npm run setup:native' installs the native one.";

function firstLine(error: unknown): string {
  return (error as Error).message.split("\n")[0] ?? "";
}
