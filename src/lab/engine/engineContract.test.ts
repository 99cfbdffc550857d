import * as tf from "@tensorflow/tfjs";
import { createOnnxruntimeEngine } from "./onnxruntimeEngine";
import { engineContract } from "./testing/engineContract";
import { tfjsBackends } from "./testing/tfjsBackends";
import { createTfjsEngine } from "./tfjs/tfjsEngine";

const { backends, missing } = await tfjsBackends();
for (const line of missing) console.info(line);

engineContract("onnxruntime in its thread", () => Promise.resolve(createOnnxruntimeEngine()));
for (const backend of backends) {
  engineContract(`tfjs ${backend}`, () => Promise.resolve(createTfjsEngine({ tf, backend })));
}
