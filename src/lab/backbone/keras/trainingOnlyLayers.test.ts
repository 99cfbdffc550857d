import { expect, test } from "vitest";
import { graphFromTopology } from "./topology";

const layer = (className: string, name: string, read: string, config: object = {}) => ({
  class_name: className,
  config: { name, ...config },
  inbound_nodes: [[read]],
});
const model = (layers: readonly object[], output: string) => ({
  class_name: "Functional",
  config: {
    layers: [{ class_name: "InputLayer", config: { name: "image", batch_input_shape: [null, 4, 4, 3] } }, ...layers],
    output_layers: [[output, 0, 0]],
  },
});

test("augmentation and noise are left out, and that is said", async () => {
  const said: string[] = [];
  const topology = model(
    [
      layer("RandomFlip", "flip", "image"),
      layer("RandomRotation", "turn", "flip", { factor: 0.1 }),
      layer("Flatten", "flat", "turn"),
      layer("Dense", "head", "flat", { units: 2 }),
      layer("GaussianDropout", "noise", "head", { rate: 0.5 }),
    ],
    "noise",
  );
  const graph = await graphFromTopology(topology, "a file", undefined, (sentence) => said.push(sentence));
  expect(graph.layers.map(({ name, inputs }) => [name, ...inputs])).toEqual([
    ["flat", "image"],
    ["head", "flat"],
  ]);
  expect(graph.output).toBe("head");
  expect(said).toEqual([
    expect.stringContaining('RandomFlip "flip", RandomRotation "turn", GaussianDropout "noise" act in training only'),
  ]);
});

test("what changes images also when a model predicts is refused", async () => {
  const topology = model([layer("CenterCrop", "crop", "image", { height: 2, width: 2 })], "crop");
  await expect(graphFromTopology(topology, "a file")).rejects.toMatchObject({
    code: "backbone/unsupported-layer",
    found: 'CenterCrop "crop"',
  });
});

test("the hard sigmoid is that of Keras 3; the one of Keras 2 and tfjs is refused", async () => {
  const topology = model([layer("Activation", "gate", "image", { activation: "hard_sigmoid" })], "gate");
  const { layers } = await graphFromTopology({ ...topology, keras_version: "3.9.0" }, "a file");
  expect(layers).toMatchObject([{ activation: "hardSigmoid" }]);
  for (const version of ["2.15.0", "tfjs-layers 4.22.0", undefined]) {
    await expect(graphFromTopology({ ...topology, keras_version: version }, "a file")).rejects.toMatchObject({
      code: "backbone/unsupported-layer",
      found: expect.stringContaining("hard_sigmoid of Keras 2") as string,
    });
  }
});
