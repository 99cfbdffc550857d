import { afterAll, describe, expect, test } from "vitest";
import { runInference } from "../engine/runInference";
import { Runtime } from "../engine/runtime";
import { branched, from, type Step } from "../engine/testing/branched";
import { conv, dense, norm, randomExamples, randomWeights, relativeDistance } from "../engine/testing/networks";
import { cutGraph, pathTo, weightsOf } from "./cutGraph";
import { placedLayers } from "./graphShapes";
import type { LayerGraph } from "./layerGraph";

const runtime = new Runtime(4);
afterAll(() => runtime.dispose());

const seed = 11;
const namesOf = ({ layers }: LayerGraph) => layers.map(({ name }) => name);
const cut = (graph: LayerGraph, ...trainable: string[]) => cutGraph(graph, new Set(trainable));

const relu = (name: string) => ({ type: "Activation", name, activation: "relu" }) as const;
const add = (name: string, ...inputs: string[]) => ({ type: "Add", name, inputs }) as const;
const dropout = (name: string) => ({ type: "Dropout", name, rate: 0.5 }) as const;
const flatten = { type: "Flatten", name: "flatten" } as const;
const average = { type: "GlobalAveragePooling2D", name: "average", keepDims: false } as const;

/** Two residual blocks, the second with a projected shortcut, as in ResNet. */
const residual = branched(
  [5, 4, 2],
  [
    conv("stem"),
    conv("block1/a", { activation: "relu" }),
    conv("block1/b"),
    norm("block1/norm"),
    add("block1/add", "block1/norm", "stem"),
    relu("block1/relu"),
    conv("block2/a", { filters: 5, strides: [2, 2], activation: "relu" }),
    conv("block2/b", { filters: 5 }),
    from("block1/relu", conv("block2/shortcut", { filters: 5, strides: [2, 2], kernelSize: [1, 1] })),
    add("block2/add", "block2/b", "block2/shortcut"),
    average,
    dropout("dropout"),
    dense("head"),
  ],
);

const tokens = branched(
  [5],
  [
    { type: "Embedding", name: "words", inputDim: 7, outputDim: 4 },
    { type: "PaddingMask", name: "mask", paddingId: 0, inputs: ["input"] },
    {
      type: "MultiHeadAttention",
      name: "attention",
      heads: 2,
      keyDim: 3,
      useBias: true,
      inputs: ["words", "words", "mask"],
    },
    add("sum", "words", "attention"),
    { type: "GlobalAveragePooling1D", name: "pooled", inputs: ["sum", "mask"] },
    dense("head"),
  ],
);

interface Cut {
  readonly name: string;
  readonly graph: LayerGraph;
  readonly trainable: readonly string[];
  readonly boundary: readonly string[];
  /** Without the layers that unpack the boundary. */
  readonly tail: readonly string[];
}

const tokenIds = { shape: [3, 5], data: Float32Array.of(3, 6, 1, 0, 0, 2, 2, 5, 4, 1, 6, 0, 0, 0, 0) };

const afterBlock2 = ["average", "dropout", "head"];
const cuts: readonly Cut[] = [
  {
    name: "at the head, which takes the dropout before it along",
    graph: residual,
    trainable: ["head"],
    boundary: ["average"],
    tail: ["dropout", "head"],
  },
  {
    name: "between blocks",
    graph: residual,
    trainable: ["block2/a", "block2/b", "block2/shortcut", "head"],
    boundary: ["block1/relu"],
    tail: namesOf(residual).slice(6),
  },
  {
    name: "inside a block: the shortcut crosses too",
    graph: residual,
    trainable: ["block1/b", "head"],
    boundary: ["stem", "block1/a"],
    tail: namesOf(residual).slice(2),
  },
  {
    name: "inside a block whose shortcut is frozen",
    graph: residual,
    trainable: ["block2/b"],
    boundary: ["block2/a", "block2/shortcut"],
    tail: ["block2/b", "block2/add", ...afterBlock2],
  },
  {
    name: "in one of two branches",
    graph: residual,
    trainable: ["block2/shortcut"],
    boundary: ["block1/relu", "block2/b"],
    tail: ["block2/shortcut", "block2/add", ...afterBlock2],
  },
  {
    name: "at different depths of several branches of features, a sequence and an image",
    graph: branched(
      [3, 4, 2],
      [
        { type: "Reshape", name: "steps", shape: [6, 4] },
        from("input", conv("image", { filters: 2 })),
        { ...average, name: "features" },
        from("steps", dense("onSteps", { units: 3 })),
        { ...flatten, name: "flatSteps" },
        from("image", conv("onImage", { filters: 1 })),
        { ...flatten, name: "flatImage" },
        from("features", dense("onFeatures", { units: 5 })),
        { type: "Concatenate", name: "joined", axis: 0, inputs: ["flatSteps", "flatImage", "onFeatures"] },
        dense("head"),
      ],
    ),
    trainable: ["onSteps", "onImage", "onFeatures"],
    boundary: ["steps", "image", "features"],
    tail: ["onSteps", "flatSteps", "onImage", "flatImage", "onFeatures", "joined", "head"],
  },
  {
    name: "where the input itself crosses beside a layer",
    graph: branched([4], [dense("frozen"), add("sum", "frozen", "input"), dense("head")]),
    trainable: ["sum", "head"],
    boundary: ["input", "frozen"],
    tail: ["sum", "head"],
  },
  {
    name: "at the input: nothing is before it",
    graph: residual,
    trainable: ["stem"],
    boundary: ["input"],
    tail: namesOf(residual),
  },
  {
    name: "at the input, with a dropout first",
    graph: branched([4], [dropout("first"), dense("head")]),
    trainable: ["head"],
    boundary: ["input"],
    tail: ["first", "head"],
  },
  {
    name: "nothing trainable: all of it is the trunk",
    graph: residual,
    trainable: [],
    boundary: ["head"],
    tail: [],
  },
  {
    name: "nothing trainable, the output is an image",
    graph: { ...residual, output: "block1/relu" },
    trainable: [],
    boundary: ["block1/relu"],
    tail: [],
  },
  {
    name: "before attention: the mask crosses beside the words",
    graph: tokens,
    trainable: ["attention", "head"],
    boundary: ["words", "mask"],
    tail: ["attention", "sum", "pooled", "head"],
  },
  {
    name: "before the embedding: the mask crosses beside the token ids",
    graph: tokens,
    trainable: ["words"],
    boundary: ["input", "mask"],
    tail: ["words", "attention", "sum", "pooled", "head"],
  },
];

describe.each(cuts)("cut $name", ({ graph, trainable, boundary, tail }) => {
  const parts = cut(graph, ...trainable);

  test("has this boundary and this tail", () => {
    expect(parts.boundary).toEqual(boundary);
    expect(parts.tail.layers.filter(({ type }) => type !== "Unpack").map(({ name }) => name)).toEqual(tail);
    expect(parts.tail.layers.filter(({ type }) => type === "Unpack").map(({ name }) => name)).toEqual(
      boundary.length > 1 ? boundary : [],
    );
    for (const name of tail) expect(namesOf(parts.trunk)).not.toContain(name);
    expect(parts.tail.input.name).toBe(parts.trunk.output);
  });

  test("trunk and then tail compute what the whole graph does", async () => {
    const weights = randomWeights(graph, seed);
    const input = graph === tokens ? tokenIds : randomExamples(graph, 3, 2, seed).features;
    const run = (part: LayerGraph, x: typeof input) => runInference(runtime, part, weightsOf(part, weights), x);
    const whole = await run(pathTo(graph, graph.output), input);
    const crossed = parts.trunk.layers.length === 0 ? input : await run(parts.trunk, input);
    expect(crossed.shape).toEqual([3, ...parts.tail.input.shape]);
    const output = await run(parts.tail, crossed);
    expect(output.shape).toEqual(whole.shape);
    expect(relativeDistance(output.data, whole.data)).toBeLessThan(1e-6);
  });
});

test("weights are split without loss or overlap", () => {
  const { trunk, tail } = cut(residual, "block1/b", "head");
  const weights = randomWeights(residual, seed);
  const [ofTrunk, ofTail] = [trunk, tail].map((part) => [...weightsOf(part, weights).keys()]);
  expect([...ofTrunk!, ...ofTail!]).toEqual([...weights.keys()]);
  expect(ofTrunk).toEqual(["stem/kernel", "stem/bias", "block1/a/kernel", "block1/a/bias"]);
});

test("a dropout that frozen layers read too stays in the trunk", () => {
  const graph = branched(
    [4],
    [dense("a"), dropout("shared"), dense("frozen"), from("shared", dense("trained")), add("sum", "frozen", "trained")],
  );
  expect(cut(graph, "trained").boundary).toEqual(["shared", "frozen"]);
  expect(namesOf(cut(graph, "trained", "frozen").trunk)).toEqual(["a"]);
});

test("dropouts in a row all go to the tail", () => {
  const steps: Step[] = [dense("a"), dropout("one"), dropout("two"), dense("head")];
  expect(namesOf(cut(branched([4], steps), "head").tail)).toEqual(["one", "two", "head"]);
});

test("layers that the output does not depend on are in neither part", () => {
  const graph = branched([4], [dense("a"), dense("aside"), from("a", dense("head"))]);
  const { trunk, tail } = cut(graph, "aside", "head");
  expect([...namesOf(trunk), ...namesOf(tail)]).toEqual(["a", "head"]);
});

test("a packed row is as long as the values that cross", () => {
  const { trunk, tail } = cut(residual, "block1/b");
  expect(placedLayers(trunk).at(-1)!.outputShape).toEqual([5 * 4 * 3 + 5 * 4 * 3]);
  expect(tail.input.shape).toEqual([120]);
});
