/**
 * Which engines this kernel has. Found out without loading any of them, because loading costs half a second; the tensor
 * backend is set up when a cell first imports tfjs.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { useBackend } from "../../lab/engine/tfjs/backend";
import { installedVersion, nativeVersion, useNative, useWasm } from "../../lab/engine/tfjs/installedBackends";
import type { TensorLibrary } from "../../lab/engine/tfjs/tensorLibrary";
import type { EngineInfo } from "../../shared/sessionState";
import type { Namespace } from "../run/moduleLoader";

export class Engines {
  readonly #require: NodeJS.Require;
  #info: EngineInfo;

  constructor(distFolder: string) {
    this.#require = createRequire(join(distFolder, "kernel.js"));
    const native = nativeVersion(this.#require);
    const training = installedVersion(this.#require, "onnxruntime-node");
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
        await useNative(tf, this.#require);
        return;
      } catch (error) {
        this.#info = { ...this.#info, tensors: "wasm", native: false };
        warn(`tfjs-node is installed but does not load (${firstLine(error)}). ${withoutNative}\n`);
      }
    } else {
      warn(`${withoutNative}\n`);
    }
    try {
      await useWasm(tf, this.#require);
    } catch (error) {
      warn(`The wasm backend does not load (${firstLine(error)}); tensors are computed in plain JavaScript.\n`);
      await useBackend(tf, "cpu");
      this.#info = { ...this.#info, tensors: "cpu" };
    }
  }
}

const withoutNative =
  "Tensors in cells run on the wasm backend, which is slower than the native one. " +
  "'graft native-engine', or in VS Code 'Graft: Install Native Engine', installs that.";

function firstLine(error: unknown): string {
  return (error as Error).message.split("\n")[0] ?? "";
}
