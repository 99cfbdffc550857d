/** Weights alone, as Keras' legacy writer puts them into HDF5 (`scripts/makeKerasFixtures.py`), with the topology from elsewhere. */
import { readFileSync } from "node:fs";
import { strFromU8, unzipSync } from "fflate";
import { afterAll, expect, test } from "vitest";
import { runInference } from "../../engine/runInference";
import { Runtime } from "../../engine/runtime";
import { relativeDistance } from "../../engine/testing/networks";
import { readHdf5Weights } from "./hdf5Weights";
import { readKerasConfig } from "./kerasConfig";

const runtime = new Runtime();
afterAll(() => runtime.dispose());

interface Layers {
  readonly config: { layers: { class_name: string; config: { name: string } }[] };
}

const golden = (name: string) => readFileSync(new URL(`__goldens__/${name}`, import.meta.url));
const config = JSON.parse(strFromU8(unzipSync(golden("modern.keras"))["config.json"]!)) as unknown;
const topology = () => structuredClone(readKerasConfig(config, "3.15.1").topology) as Layers;
const read = (of: unknown) => readHdf5Weights(golden("modern-weights.h5"), of, "modern-weights.h5");

test("they are found by their place, whatever the layers are called", async () => {
  const renamed = JSON.parse(JSON.stringify(topology()).replaceAll("depthwise_conv2d", "another")) as unknown;
  const { graph, weights } = await read(renamed);
  expect(weights.has("another/depthwise_kernel")).toBe(true);
  const predictions = JSON.parse(golden("predictions.json").toString()) as Record<
    string,
    { input: { shape: number[]; data: number[] }; output: { data: number[] } }
  >;
  const { input, output } = predictions["modern.keras"]!;
  const data = Float32Array.from(input.data);
  const predicted = await runInference(runtime, graph, weights, { shape: input.shape, data });
  expect(relativeDistance(predicted.data, output.data)).toBeLessThan(1e-5);
});

test("weights of another model are refused", async () => {
  const smaller = topology();
  const last = smaller.config.layers.findIndex(({ class_name }) => class_name === "Dense");
  smaller.config.layers[last] = { ...smaller.config.layers[last]!, class_name: "Flatten" };
  await expect(read(smaller)).rejects.toMatchObject({ code: "backbone/other-weights", found: "those of 8" });

  const wider = JSON.parse(JSON.stringify(topology()).replace('"units":3', '"units":4')) as unknown;
  await expect(read(wider)).rejects.toMatchObject({ code: "backbone/weight-shape" });
});
