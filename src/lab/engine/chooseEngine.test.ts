import { expect, test } from "vitest";
import type { Layer, LayerGraph } from "../backbone/layerGraph";
import { chooseEngine } from "./chooseEngine";
import type { Engine } from "./engine";
import { dense, sequence } from "./testing/networks";
import { uncompilableLayer } from "./layers/layerTable";

const engineNamed = (name: string, cannotTrain: Engine["cannotTrain"]) => ({ name, cannotTrain }) as Engine;
const compiled = engineNamed("onnxruntime 1.30.0", uncompilableLayer);
const tfjs = engineNamed("tfjs 4.22.0 (wasm)", () => undefined);

const plain = sequence([4], [dense("a"), dense("head")]);
const own: Layer = {
  type: "Custom",
  name: "scale",
  inputs: ["a"],
  className: "Scale",
  config: {},
  outputShape: [4],
  weights: [],
};
const withOwn: LayerGraph = {
  ...plain,
  layers: [plain.layers[0]!, own, { ...plain.layers[1]!, inputs: ["scale"] }],
};

test("the first engine that can, without a word when it is the first of all", () => {
  expect(chooseEngine([compiled, tfjs], plain)).toEqual({ engine: compiled });
});

test("another one with a sentence that names the layer", () => {
  expect(chooseEngine([compiled, tfjs], withOwn)).toEqual({
    engine: tfjs,
    reason: 'Layer "scale" (Scale) does not compile to ONNX; this model\'s tail trains on tfjs 4.22.0 (wasm)',
  });
});

test("an error that names the layer when there is none", () => {
  expect(() => chooseEngine([compiled], withOwn)).toThrow(
    expect.objectContaining({ code: "engine/cannot-train", found: expect.stringContaining('"scale" (Scale)') }),
  );
});
