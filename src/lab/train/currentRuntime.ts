import { createOnnxruntimeEngine } from "../engine/onnxruntimeEngine";
import { LabRuntime } from "./labRuntime";

let runtime: LabRuntime | undefined;

/** The process's engine and feature store, made when they are first needed. */
export function currentRuntime(): LabRuntime {
  runtime ??= new LabRuntime(createOnnxruntimeEngine());
  return runtime;
}
