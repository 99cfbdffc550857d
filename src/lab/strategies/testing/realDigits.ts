import { afterAll } from "vitest";
import type { Backbone } from "../../backbone/backbone";
import { backbones } from "../../backbone/backbones";
import { datasets } from "../../data/datasets";
import type { TrainAndTest } from "../../data/mnist";
import type { Engine } from "../../engine/engine";
import { createOnnxruntimeEngine } from "../../engine/onnxruntimeEngine";
import { LabRuntime } from "../../train/labRuntime";

/** What tests of the main job share. */
export interface RealDigits {
  readonly engine: Engine;
  /** One without features from before. */
  readonly runtime: () => LabRuntime;
  readonly backbone: Backbone;
  readonly digits: TrainAndTest;
}

/** The real engine, which ends with the test file, the shipped backbone and the shipped digits. */
export async function realDigits(): Promise<RealDigits> {
  const engine = createOnnxruntimeEngine();
  afterAll(() => engine.dispose());
  const [backbone, digits] = await Promise.all([backbones.load("fashion-cnn"), datasets.mnist()]);
  return { engine, runtime: () => new LabRuntime(engine), backbone, digits };
}
