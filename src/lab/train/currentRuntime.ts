import { combineEngines } from "../engine/combinedEngine";
import { createOnnxruntimeEngine } from "../engine/onnxruntimeEngine";
import { createTfjsEngine } from "../engine/tfjs/tfjsEngine";
import { DiskFeatureStore } from "../features/diskFeatureStore";
import { storeSettings } from "../features/storeSettings";
import { LabRuntime } from "./labRuntime";

let runtime: LabRuntime | undefined;

/** The process's engine and feature store, made when they are first needed. @throws GraftError `train/cache-option`. */
export function currentRuntime(): LabRuntime {
  runtime ??= new LabRuntime(
    combineEngines(createOnnxruntimeEngine(), createTfjsEngine(), (sentence) => console.warn(sentence)),
    { store: new DiskFeatureStore(storeSettings()) },
  );
  return runtime;
}
